-- Seconds from the first heart rate of a workout to its first song, week by week.
WITH firsts AS (
  SELECT
    CAST(date_trunc('week', CAST(min(day) AS date)) AS date) AS week,
    (min(starts_at_ms) - session) / CAST(1000 AS double) AS seconds
  FROM plays
  WHERE slot = 0
  GROUP BY person, session
),
ranked AS (
  SELECT
    week,
    seconds,
    row_number() OVER (PARTITION BY week ORDER BY seconds) AS nth,
    count(*) OVER (PARTITION BY week) AS workouts
  FROM firsts
)
SELECT
  week,
  max(workouts) AS workouts,
  round(avg(seconds), 1) AS mean_seconds,
  min(CASE WHEN nth >= 0.5 * workouts THEN seconds END) AS median_seconds,
  min(CASE WHEN nth >= 0.95 * workouts THEN seconds END) AS p95_seconds
FROM ranked
GROUP BY week
ORDER BY week
