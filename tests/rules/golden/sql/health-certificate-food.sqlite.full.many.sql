SELECT employment.employment_id AS subject_id, ? AS target_kind, employment.enterprise_id AS target_id, CASE WHEN (employment.handles_food = ? AND NOT (EXISTS (SELECT c_2.resident_id
FROM certificates AS c_2
WHERE c_2.resident_id = employment.resident_id AND c_2.kind = ? AND c_2.status = ? AND (c_2.valid_to >= ? OR c_2.valid_to IS NULL)))) THEN ? ELSE ? END AS verdict, CASE WHEN (NOT (EXISTS (SELECT c_3.resident_id
FROM certificates AS c_3
WHERE c_3.resident_id = employment.resident_id AND c_3.kind = ? AND c_3.status = ? AND (c_3.valid_to >= ? OR c_3.valid_to IS NULL)))) THEN ? ELSE ? END AS grade, CAST(NULL AS DATE) AS due_on
FROM employments AS employment JOIN residents AS resident ON (+ employment.resident_id) = resident.resident_id JOIN enterprises AS enterprise ON (+ employment.enterprise_id) = enterprise.enterprise_id
WHERE employment.ended_on IS NULL AND (employment.handles_food = ? OR employment.handles_food IS NULL) AND resident.death_on IS NULL AND (enterprise.status IS NULL OR enterprise.status = ?) AND (enterprise.kind IS NULL OR enterprise.kind != ?) AND NOT (EXISTS (SELECT c.resident_id
FROM certificates AS c
WHERE c.resident_id = employment.resident_id AND c.kind = ? AND c.status = ? AND c.valid_to >= ?))
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
