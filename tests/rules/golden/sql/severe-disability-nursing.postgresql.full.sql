SELECT resident.resident_id AS subject_id, CASE WHEN (resident.household_id IS NOT NULL) THEN $1::VARCHAR ELSE $2::VARCHAR END AS target_kind, CASE WHEN (resident.household_id IS NOT NULL) THEN resident.household_id ELSE resident.resident_id END AS target_id, CASE WHEN (substr(resident.hukou_code, $3::INTEGER, $4::INTEGER) = $5::VARCHAR) THEN $6::VARCHAR ELSE $7::VARCHAR END AS verdict, CASE WHEN (held_1.test_2 > $8::INTEGER) THEN $9::VARCHAR ELSE $10::VARCHAR END AS grade, CAST(NULL AS DATE) AS due_on
FROM residents AS resident LEFT OUTER JOIN (SELECT d.resident_id AS holder, count(*) FILTER (WHERE d.grade IN ($11::BIGINT, $12::BIGINT) AND (d.valid_to IS NULL OR d.valid_to >= $13::DATE)) AS test_1, count(*) FILTER (WHERE d.grade = $14::BIGINT) AS test_2
FROM disabilities AS d
WHERE d.grade IN ($15::BIGINT, $16::BIGINT) AND (d.valid_to IS NULL OR d.valid_to >= $17::DATE) OR d.grade = $18::BIGINT GROUP BY d.resident_id) AS held_1 ON held_1.holder = resident.resident_id
WHERE resident.death_on IS NULL AND resident.moved_out_on IS NULL AND (resident.hukou_code IS NULL OR substr(resident.hukou_code, $19::INTEGER, $20::INTEGER) = $21::VARCHAR) AND held_1.test_1 > $22::INTEGER AND NOT (EXISTS (SELECT e.resident_id
FROM enrolments AS e
WHERE e.resident_id = resident.resident_id AND e.policy = $23::VARCHAR AND (e.state IN ($24::VARCHAR, $25::VARCHAR, $26::VARCHAR, $27::VARCHAR) AND e.ended_on IS NULL OR e.state = $28::VARCHAR AND e.revisit_on > $29::DATE)))
-- param_1 = household
-- param_2 = resident
-- substr_1 = 1
-- substr_2 = 4
-- param_3 = 3301
-- param_4 = match
-- param_5 = unknown
-- test_2_1 = 0
-- param_6 = important
-- param_7 = normal
-- param_8 = 1
-- param_9 = 2
-- param_10 = 2026-11-23
-- param_11 = 1
-- param_12 = 1
-- param_13 = 2
-- param_14 = 2026-11-23
-- param_15 = 1
-- substr_3 = 1
-- substr_4 = 4
-- param_16 = 3301
-- test_1_1 = 0
-- param_17 = DISAB_NURSING
-- param_18 = applied
-- param_19 = approved
-- param_20 = paid
-- param_21 = suspended
-- param_22 = declined
-- param_23 = 2026-11-23
