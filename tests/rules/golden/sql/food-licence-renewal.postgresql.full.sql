SELECT enterprise.enterprise_id AS subject_id, $1::VARCHAR AS target_kind, enterprise.enterprise_id AS target_id, CASE WHEN (coalesce(held_1.test_3, $2::INTEGER) < $3::INTEGER) THEN $4::VARCHAR ELSE $5::VARCHAR END AS verdict, CASE WHEN (coalesce(held_1.test_4, $6::INTEGER) < $7::INTEGER) THEN $8::VARCHAR ELSE $9::VARCHAR END AS grade, CAST(NULL AS DATE) AS due_on
FROM enterprises AS enterprise LEFT OUTER JOIN (SELECT c.enterprise_id AS holder, count(*) FILTER (WHERE true) AS test_1, count(*) FILTER (WHERE c.valid_to > $10::DATE) AS test_2, count(*) FILTER (WHERE c.valid_to > $11::DATE OR c.valid_to IS NULL) AS test_3, count(*) FILTER (WHERE c.valid_to >= $12::DATE OR c.valid_to IS NULL) AS test_4
FROM certificates AS c
WHERE c.kind = $13::VARCHAR AND c.status = $14::VARCHAR AND c.enterprise_id IS NOT NULL GROUP BY c.enterprise_id) AS held_1 ON held_1.holder = enterprise.enterprise_id
WHERE (enterprise.status IS NULL OR enterprise.status = $15::VARCHAR) AND held_1.test_1 > $16::INTEGER AND coalesce(held_1.test_2, $17::INTEGER) < $18::INTEGER
-- param_1 = enterprise
-- coalesce_1 = 0
-- coalesce_2 = 1
-- param_2 = match
-- param_3 = unknown
-- coalesce_3 = 0
-- coalesce_4 = 1
-- param_4 = urgent
-- param_5 = normal
-- param_6 = 2027-03-29
-- param_7 = 2027-03-29
-- param_8 = 2026-12-14
-- param_9 = FOOD_LICENCE
-- param_10 = valid
-- param_11 = open
-- test_1_1 = 0
-- coalesce_5 = 0
-- coalesce_6 = 1
