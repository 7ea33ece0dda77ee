SELECT employment.employment_id AS subject_id, $1::VARCHAR AS target_kind, employment.enterprise_id AS target_id, CASE WHEN (employment.handles_food = $2::BOOLEAN AND NOT (EXISTS (SELECT c_2.resident_id
FROM certificates AS c_2
WHERE c_2.resident_id = employment.resident_id AND c_2.kind = $3::VARCHAR AND c_2.status = $4::VARCHAR AND (c_2.valid_to >= $5::DATE OR c_2.valid_to IS NULL)))) THEN $6::VARCHAR ELSE $7::VARCHAR END AS verdict, CASE WHEN (NOT (EXISTS (SELECT c_3.resident_id
FROM certificates AS c_3
WHERE c_3.resident_id = employment.resident_id AND c_3.kind = $8::VARCHAR AND c_3.status = $9::VARCHAR AND (c_3.valid_to >= $10::DATE OR c_3.valid_to IS NULL)))) THEN $11::VARCHAR ELSE $12::VARCHAR END AS grade, CAST(NULL AS DATE) AS due_on
FROM employments AS employment JOIN residents AS resident ON employment.resident_id = resident.resident_id JOIN enterprises AS enterprise ON employment.enterprise_id = enterprise.enterprise_id
WHERE employment.ended_on IS NULL AND (employment.handles_food = $13::BOOLEAN OR employment.handles_food IS NULL) AND resident.death_on IS NULL AND (enterprise.status IS NULL OR enterprise.status = $14::VARCHAR) AND (enterprise.kind IS NULL OR enterprise.kind != $15::VARCHAR) AND NOT (EXISTS (SELECT c.resident_id
FROM certificates AS c
WHERE c.resident_id = employment.resident_id AND c.kind = $16::VARCHAR AND c.status = $17::VARCHAR AND c.valid_to >= $18::DATE)) AND employment.employment_id = $19::BIGINT
-- param_1 = enterprise
-- param_2 = True
-- param_3 = HEALTH_FOOD
-- param_4 = valid
-- param_5 = 2026-12-23
-- param_6 = match
-- param_7 = unknown
-- param_8 = HEALTH_FOOD
-- param_9 = valid
-- param_10 = 2026-11-23
-- param_11 = urgent
-- param_12 = normal
-- param_13 = True
-- param_14 = open
-- param_15 = small_food
-- param_16 = HEALTH_FOOD
-- param_17 = valid
-- param_18 = 2026-12-23
-- param_19 = 7
