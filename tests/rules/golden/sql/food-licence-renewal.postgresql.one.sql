SELECT enterprise.enterprise_id AS subject_id, $1::VARCHAR AS target_kind, enterprise.enterprise_id AS target_id, CASE WHEN (NOT (EXISTS (SELECT c_3.enterprise_id
FROM certificates AS c_3
WHERE c_3.enterprise_id = enterprise.enterprise_id AND c_3.kind = $2::VARCHAR AND c_3.status = $3::VARCHAR AND (c_3.valid_to > $4::DATE OR c_3.valid_to IS NULL)))) THEN $5::VARCHAR ELSE $6::VARCHAR END AS verdict, CASE WHEN (NOT (EXISTS (SELECT c_4.enterprise_id
FROM certificates AS c_4
WHERE c_4.enterprise_id = enterprise.enterprise_id AND c_4.kind = $7::VARCHAR AND c_4.status = $8::VARCHAR AND (c_4.valid_to >= $9::DATE OR c_4.valid_to IS NULL)))) THEN $10::VARCHAR ELSE $11::VARCHAR END AS grade, CAST(NULL AS DATE) AS due_on
FROM enterprises AS enterprise
WHERE (enterprise.status IS NULL OR enterprise.status = $12::VARCHAR) AND (EXISTS (SELECT c.enterprise_id
FROM certificates AS c
WHERE c.enterprise_id = enterprise.enterprise_id AND c.kind = $13::VARCHAR AND c.status = $14::VARCHAR)) AND NOT (EXISTS (SELECT c_2.enterprise_id
FROM certificates AS c_2
WHERE c_2.enterprise_id = enterprise.enterprise_id AND c_2.kind = $15::VARCHAR AND c_2.status = $16::VARCHAR AND c_2.valid_to > $17::DATE)) AND enterprise.enterprise_id = $18::BIGINT
-- param_1 = enterprise
-- param_2 = FOOD_LICENCE
-- param_3 = valid
-- param_4 = 2027-03-29
-- param_5 = match
-- param_6 = unknown
-- param_7 = FOOD_LICENCE
-- param_8 = valid
-- param_9 = 2026-12-14
-- param_10 = urgent
-- param_11 = normal
-- param_12 = open
-- param_13 = FOOD_LICENCE
-- param_14 = valid
-- param_15 = FOOD_LICENCE
-- param_16 = valid
-- param_17 = 2027-03-29
-- param_18 = 7
