SELECT enterprise.enterprise_id AS subject_id, ? AS target_kind, enterprise.enterprise_id AS target_id, CASE WHEN (NOT (EXISTS (SELECT c_3.enterprise_id
FROM certificates AS c_3
WHERE c_3.enterprise_id = enterprise.enterprise_id AND c_3.kind = ? AND c_3.status = ? AND (c_3.valid_to > ? OR c_3.valid_to IS NULL)))) THEN ? ELSE ? END AS verdict, CASE WHEN (NOT (EXISTS (SELECT c_4.enterprise_id
FROM certificates AS c_4
WHERE c_4.enterprise_id = enterprise.enterprise_id AND c_4.kind = ? AND c_4.status = ? AND (c_4.valid_to >= ? OR c_4.valid_to IS NULL)))) THEN ? ELSE ? END AS grade, CAST(NULL AS DATE) AS due_on
FROM enterprises AS enterprise
WHERE (enterprise.status IS NULL OR enterprise.status = ?) AND (EXISTS (SELECT c.enterprise_id
FROM certificates AS c
WHERE c.enterprise_id = enterprise.enterprise_id AND c.kind = ? AND c.status = ?)) AND NOT (EXISTS (SELECT c_2.enterprise_id
FROM certificates AS c_2
WHERE c_2.enterprise_id = enterprise.enterprise_id AND c_2.kind = ? AND c_2.status = ? AND c_2.valid_to > ?)) AND enterprise.enterprise_id IN (?, ?, ?)
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
-- enterprise_id_1_1 = 7
-- enterprise_id_1_2 = 8
-- enterprise_id_1_3 = 9
