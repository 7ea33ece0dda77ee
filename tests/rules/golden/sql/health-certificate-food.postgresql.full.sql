SELECT employment.employment_id AS subject_id, $1::VARCHAR AS target_kind, employment.enterprise_id AS target_id, CASE WHEN (employment.handles_food = $2::BOOLEAN AND coalesce(held_1.test_2, $3::INTEGER) < $4::INTEGER) THEN $5::VARCHAR ELSE $6::VARCHAR END AS verdict, CASE WHEN (coalesce(held_1.test_3, $7::INTEGER) < $8::INTEGER) THEN $9::VARCHAR ELSE $10::VARCHAR END AS grade, CAST(NULL AS DATE) AS due_on
FROM employments AS employment LEFT OUTER JOIN (SELECT c.resident_id AS holder, count(*) FILTER (WHERE c.valid_to >= $11::DATE) AS test_1, count(*) FILTER (WHERE c.valid_to >= $12::DATE OR c.valid_to IS NULL) AS test_2, count(*) FILTER (WHERE c.valid_to >= $13::DATE OR c.valid_to IS NULL) AS test_3
FROM certificates AS c
WHERE c.kind = $14::VARCHAR AND c.status = $15::VARCHAR AND (c.valid_to IS NULL OR c.valid_to >= $16::DATE) AND c.resident_id IS NOT NULL GROUP BY c.resident_id) AS held_1 ON held_1.holder = employment.resident_id JOIN residents AS resident ON employment.resident_id = resident.resident_id JOIN enterprises AS enterprise ON employment.enterprise_id = enterprise.enterprise_id
WHERE employment.ended_on IS NULL AND (employment.handles_food = $17::BOOLEAN OR employment.handles_food IS NULL) AND resident.death_on IS NULL AND (enterprise.status IS NULL OR enterprise.status = $18::VARCHAR) AND (enterprise.kind IS NULL OR enterprise.kind != $19::VARCHAR) AND coalesce(held_1.test_1, $20::INTEGER) < $21::INTEGER
-- param_1 = enterprise
-- param_2 = True
-- coalesce_1 = 0
-- coalesce_2 = 1
-- param_3 = match
-- param_4 = unknown
-- coalesce_3 = 0
-- coalesce_4 = 1
-- param_5 = urgent
-- param_6 = normal
-- param_7 = 2026-12-23
-- param_8 = 2026-12-23
-- param_9 = 2026-11-23
-- param_10 = HEALTH_FOOD
-- param_11 = valid
-- param_12 = 2026-11-23
-- param_13 = True
-- param_14 = open
-- param_15 = small_food
-- coalesce_5 = 0
-- coalesce_6 = 1
