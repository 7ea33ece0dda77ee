SELECT resident.resident_id AS subject_id, CASE WHEN (resident.household_id IS NOT NULL) THEN $1::VARCHAR ELSE $2::VARCHAR END AS target_kind, CASE WHEN (resident.household_id IS NOT NULL) THEN resident.household_id ELSE resident.resident_id END AS target_id, CASE WHEN (resident.birth_date <= $3::DATE AND substr(resident.hukou_code, $4::INTEGER, $5::INTEGER) = $6::VARCHAR) THEN $7::VARCHAR ELSE $8::VARCHAR END AS verdict, CASE WHEN (resident.birth_date <= $9::DATE) THEN $10::VARCHAR ELSE $11::VARCHAR END AS grade, CAST(NULL AS DATE) AS due_on
FROM residents AS resident
WHERE resident.death_on IS NULL AND resident.moved_out_on IS NULL AND (resident.birth_date <= $12::DATE OR resident.birth_date IS NULL) AND (resident.hukou_code IS NULL OR substr(resident.hukou_code, $13::INTEGER, $14::INTEGER) = $15::VARCHAR) AND NOT (EXISTS (SELECT e.resident_id
FROM enrolments AS e
WHERE e.resident_id = resident.resident_id AND e.policy = $16::VARCHAR AND (e.state IN ($17::VARCHAR, $18::VARCHAR, $19::VARCHAR, $20::VARCHAR) AND e.ended_on IS NULL OR e.state = $21::VARCHAR AND e.revisit_on > $22::DATE))) AND resident.resident_id IN ($23::BIGINT, $24::BIGINT, $25::BIGINT)
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
-- resident_id_1_1 = 7
-- resident_id_1_2 = 8
-- resident_id_1_3 = 9
