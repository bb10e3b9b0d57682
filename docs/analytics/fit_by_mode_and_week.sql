-- How well songs fitted, by how they were chosen, week by week.
WITH once AS (
  SELECT *, row_number() OVER (PARTITION BY person, session, slot ORDER BY arrived_ms DESC) AS nth
  FROM plays
)
SELECT
  CAST(date_trunc('week', CAST(day AS date)) AS date) AS week,
  mode,
  count(DISTINCT person) AS people,
  count(*) AS songs,
  round(sum(measured_seconds) / 60, 1) AS minutes,
  round(sum(fit * measured_seconds) / sum(measured_seconds), 3) AS fit
FROM once
WHERE nth = 1 AND fit IS NOT NULL
GROUP BY 1, 2
ORDER BY 1, 2
