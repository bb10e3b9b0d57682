-- DuckDB: the tables of the lake that `tempofit up --lake` writes, from the folder of the project.
-- Athena has them already, in the database that the output LakeDatabase of the stack names.
CREATE OR REPLACE VIEW averages AS
SELECT * FROM read_parquet(
  '.tempofit/data/lake/averages/*/*.parquet', hive_partitioning = true, union_by_name = true
);

CREATE OR REPLACE VIEW plays AS
SELECT * FROM read_parquet(
  '.tempofit/data/lake/plays/*/*.parquet', hive_partitioning = true, union_by_name = true
);
