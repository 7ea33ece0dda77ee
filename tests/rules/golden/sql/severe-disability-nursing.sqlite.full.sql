SELECT resident.resident_id AS subject_id, CASE WHEN (resident.household_id IS NOT NULL) THEN ? ELSE ? END AS target_kind, CASE WHEN (resident.household_id IS NOT NULL) THEN resident.household_id ELSE resident.resident_id END AS target_id, CASE WHEN (substr(resident.hukou_code, ?, ?) = ?) THEN ? ELSE ? END AS verdict, CASE WHEN (EXISTS (SELECT d_2.resident_id
FROM disabilities AS d_2
WHERE d_2.resident_id = resident.resident_id AND d_2.grade = ?)) THEN ? ELSE ? END AS grade, CAST(NULL AS DATE) AS due_on
FROM residents AS resident
WHERE resident.death_on IS NULL AND resident.moved_out_on IS NULL AND (resident.hukou_code IS NULL OR substr(resident.hukou_code, ?, ?) = ?) AND resident.resident_id IN (SELECT d.resident_id
FROM disabilities AS d
WHERE d.grade IN (?, ?) AND (d.valid_to IS NULL OR (+ d.valid_to) >= ?)) AND NOT (EXISTS (SELECT e.resident_id
FROM enrolments AS e
WHERE e.resident_id = resident.resident_id AND e.policy = ? AND (e.state IN (?, ?, ?, ?) AND e.ended_on IS NULL OR e.state = ? AND e.revisit_on > ?)))
-- param_1 = household
-- param_2 = resident
-- substr_1 = 1
-- substr_2 = 4
-- param_3 = 3301
-- param_4 = match
-- param_5 = unknown
-- param_6 = 1
-- param_7 = important
-- param_8 = normal
-- substr_3 = 1
-- substr_4 = 4
-- param_9 = 3301
-- param_10 = 1
-- param_11 = 2
-- param_12 = 2026-11-23
-- param_13 = DISAB_NURSING
-- param_14 = applied
-- param_15 = approved
-- param_16 = paid
-- param_17 = suspended
-- param_18 = declined
-- param_19 = 2026-11-23
