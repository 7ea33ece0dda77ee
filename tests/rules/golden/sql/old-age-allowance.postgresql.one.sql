SELECT resident.resident_id AS subject_id, CASE WHEN (resident.household_id IS NOT NULL) THEN $1::VARCHAR ELSE $2::VARCHAR END AS target_kind, CASE WHEN (resident.household_id IS NOT NULL) THEN resident.household_id ELSE resident.resident_id END AS target_id, CASE WHEN (resident.birth_date <= $3::DATE AND (resident.hukou_code ^@ $4::VARCHAR)) THEN $5::VARCHAR ELSE $6::VARCHAR END AS verdict, CASE WHEN (resident.birth_date <= $7::DATE) THEN $8::VARCHAR ELSE $9::VARCHAR END AS grade, CAST(NULL AS DATE) AS due_on
FROM residents AS resident
WHERE resident.death_on IS NULL AND resident.moved_out_on IS NULL AND (resident.birth_date <= $10::DATE OR resident.birth_date IS NULL) AND (resident.hukou_code IS NULL OR (resident.hukou_code ^@ $11::VARCHAR)) AND NOT (EXISTS (SELECT e.resident_id
FROM enrolments AS e
WHERE e.resident_id = resident.resident_id AND e.policy = $12::VARCHAR AND (e.state IN ($13::VARCHAR, $14::VARCHAR, $15::VARCHAR, $16::VARCHAR) AND e.ended_on IS NULL OR e.state = $17::VARCHAR AND e.revisit_on > $18::DATE))) AND resident.resident_id = $19::BIGINT
-- param_1 = household
-- param_2 = resident
-- param_3 = 1946-12-23
-- param_4 = 3301
-- param_5 = match
-- param_6 = unknown
-- param_7 = 1946-11-23
-- param_8 = important
-- param_9 = normal
-- param_10 = 1946-12-23
-- param_11 = 3301
-- param_12 = HIGH_AGE
-- param_13 = applied
-- param_14 = approved
-- param_15 = paid
-- param_16 = suspended
-- param_17 = declined
-- param_18 = 2026-11-23
-- param_19 = 7
