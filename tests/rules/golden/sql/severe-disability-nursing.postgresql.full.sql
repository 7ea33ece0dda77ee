SELECT resident.resident_id AS subject_id, CASE WHEN (resident.household_id IS NOT NULL) THEN $1::VARCHAR ELSE $2::VARCHAR END AS target_kind, CASE WHEN (resident.household_id IS NOT NULL) THEN resident.household_id ELSE resident.resident_id END AS target_id, CASE WHEN (resident.hukou_code ^@ $3::VARCHAR) THEN $4::VARCHAR ELSE $5::VARCHAR END AS verdict, CASE WHEN (held_1.test_2 > $6::INTEGER) THEN $7::VARCHAR ELSE $8::VARCHAR END AS grade, CAST(NULL AS DATE) AS due_on
FROM residents AS resident LEFT OUTER JOIN (SELECT d.resident_id AS holder, count(*) FILTER (WHERE d.grade IN ($9::BIGINT, $10::BIGINT) AND (d.valid_to IS NULL OR d.valid_to >= $11::DATE)) AS test_1, count(*) FILTER (WHERE d.grade = $12::BIGINT) AS test_2
FROM disabilities AS d
WHERE d.grade IN ($13::BIGINT, $14::BIGINT) AND (d.valid_to IS NULL OR d.valid_to >= $15::DATE) OR d.grade = $16::BIGINT GROUP BY d.resident_id) AS held_1 ON held_1.holder = resident.resident_id
WHERE resident.death_on IS NULL AND resident.moved_out_on IS NULL AND (resident.hukou_code IS NULL OR (resident.hukou_code ^@ $17::VARCHAR)) AND held_1.test_1 > $18::INTEGER AND NOT (EXISTS (SELECT e.resident_id
FROM enrolments AS e
WHERE e.resident_id = resident.resident_id AND e.policy = $19::VARCHAR AND (e.state IN ($20::VARCHAR, $21::VARCHAR, $22::VARCHAR, $23::VARCHAR) AND e.ended_on IS NULL OR e.state = $24::VARCHAR AND e.revisit_on > $25::DATE)))
-- param_1 = household
-- param_2 = resident
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
-- param_16 = 3301
-- test_1_1 = 0
-- param_17 = DISAB_NURSING
-- param_18 = applied
-- param_19 = approved
-- param_20 = paid
-- param_21 = suspended
-- param_22 = declined
-- param_23 = 2026-11-23
