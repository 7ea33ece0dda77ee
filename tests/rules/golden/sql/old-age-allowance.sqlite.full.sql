SELECT resident.resident_id AS subject_id, CASE WHEN (resident.household_id IS NOT NULL) THEN ? ELSE ? END AS target_kind, CASE WHEN (resident.household_id IS NOT NULL) THEN resident.household_id ELSE resident.resident_id END AS target_id, CASE WHEN (resident.birth_date <= ? AND substr(resident.hukou_code, ?, ?) = ?) THEN ? ELSE ? END AS verdict, CASE WHEN (resident.birth_date <= ?) THEN ? ELSE ? END AS grade, CAST(NULL AS DATE) AS due_on
FROM residents AS resident
WHERE resident.death_on IS NULL AND resident.moved_out_on IS NULL AND (resident.birth_date <= ? OR resident.birth_date IS NULL) AND (resident.hukou_code IS NULL OR substr(resident.hukou_code, ?, ?) = ?) AND (resident.resident_id NOT IN (SELECT e.resident_id
FROM enrolments AS e
WHERE e.policy = ? AND (e.state IN (?, ?, ?, ?) AND e.ended_on IS NULL OR e.state = ? AND (+ e.revisit_on) > ?) AND e.resident_id IS NOT NULL))
-- param_1 = household
-- param_2 = resident
-- param_3 = 1946-12-23
-- substr_1 = 1
-- substr_2 = 4
-- param_4 = 3301
-- param_5 = match
-- param_6 = unknown
-- param_7 = 1946-11-23
-- param_8 = important
-- param_9 = normal
-- param_10 = 1946-12-23
-- substr_3 = 1
-- substr_4 = 4
-- param_11 = 3301
-- param_12 = HIGH_AGE
-- param_13 = applied
-- param_14 = approved
-- param_15 = paid
-- param_16 = suspended
-- param_17 = declined
-- param_18 = 2026-11-23
