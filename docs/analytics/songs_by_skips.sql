-- Which songs are skipped most, and by what share of those who heard them.
WITH once AS (
  SELECT *, row_number() OVER (PARTITION BY person, session, slot ORDER BY arrived_ms DESC) AS nth
  FROM plays
)
SELECT
  library,
  song,
  max(title) AS title,
  max(artist) AS artist,
  count(*) AS plays,
  count(DISTINCT person) AS people,
  sum(CASE WHEN skipped THEN 1 ELSE 0 END) AS skips,
  round(sum(CASE WHEN skipped THEN CAST(1 AS double) ELSE 0 END) / count(*), 3) AS skipped_share
FROM once
WHERE nth = 1
GROUP BY library, song
ORDER BY skips DESC, plays, library, song
LIMIT 50
