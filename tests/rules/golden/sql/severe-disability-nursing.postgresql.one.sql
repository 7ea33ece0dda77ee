SELECT resident.resident_id AS subject_id, CASE WHEN (resident.household_id IS NOT NULL) THEN $1::VARCHAR ELSE $2::VARCHAR END AS target_kind, CASE WHEN (resident.household_id IS NOT NULL) THEN resident.household_id ELSE resident.resident_id END AS target_id, CASE WHEN (resident.hukou_code ^@ $3::VARCHAR) THEN $4::VARCHAR ELSE $5::VARCHAR END AS verdict, CASE WHEN (EXISTS (SELECT d_2.resident_id
FROM disabilities AS d_2
WHERE d_2.resident_id = resident.resident_id AND d_2.grade = $6::BIGINT)) THEN $7::VARCHAR ELSE $8::VARCHAR END AS grade, CAST(NULL AS DATE) AS due_on
FROM residents AS resident
WHERE resident.death_on IS NULL AND resident.moved_out_on IS NULL AND (resident.hukou_code IS NULL OR (resident.hukou_code ^@ $9::VARCHAR)) AND (EXISTS (SELECT d.resident_id
FROM disabilities AS d
WHERE d.resident_id = resident.resident_id AND d.grade IN ($10::BIGINT, $11::BIGINT) AND (d.valid_to IS NULL OR d.valid_to >= $12::DATE))) AND NOT (EXISTS (SELECT e.resident_id
FROM enrolments AS e
WHERE e.resident_id = resident.resident_id AND e.policy = $13::VARCHAR AND (e.state IN ($14::VARCHAR, $15::VARCHAR, $16::VARCHAR, $17::VARCHAR) AND e.ended_on IS NULL OR e.state = $18::VARCHAR AND e.revisit_on > $19::DATE))) AND resident.resident_id = $20::BIGINT
-- param_1 = household
-- param_2 = resident
-- param_3 = 3301
-- param_4 = match
-- param_5 = unknown
-- param_6 = 1
-- param_7 = important
-- param_8 = normal
-- param_9 = 3301
-- param_10 = 1
-- param_11 = 2
-- param_12 = 2026-11-23
-- param_13 = DISAB_NURSING
-- param_14 = applied
-- param_15 = approved
-- param_16 = paid
-- param_17 = suspended
-- param_18 = declined
-- param_19 = 2026-11-23
-- param_20 = 7
