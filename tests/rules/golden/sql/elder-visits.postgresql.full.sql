SELECT resident.resident_id AS subject_id, CASE WHEN (resident.household_id IS NOT NULL) THEN $1::VARCHAR ELSE $2::VARCHAR END AS target_kind, CASE WHEN (resident.household_id IS NOT NULL) THEN resident.household_id ELSE resident.resident_id END AS target_id, CASE WHEN (resident.birth_date <= $3::DATE AND (resident.lives_alone = $4::BOOLEAN OR resident.elder_situation IN ($5::VARCHAR, $6::VARCHAR) OR resident.care_level >= $7::BIGINT OR resident.household_id IS NOT NULL AND household.special_family = $8::BOOLEAN OR (EXISTS (SELECT d_2.resident_id
FROM disabilities AS d_2
WHERE d_2.resident_id = resident.resident_id AND d_2.grade <= $9::BIGINT AND (d_2.valid_to IS NULL OR d_2.valid_to >= $10::DATE)))) AND (coalesce(held_1.test_1, $11::INTEGER) < $12::INTEGER OR (resident.lives_alone = $13::BOOLEAN OR resident.care_level >= $14::BIGINT) AND coalesce(held_1.test_2, $15::INTEGER) < $16::INTEGER OR resident.lives_alone = $17::BOOLEAN AND resident.care_level >= $18::BIGINT AND coalesce(held_1.test_3, $19::INTEGER) < $20::INTEGER)) THEN $21::VARCHAR ELSE $22::VARCHAR END AS verdict, CASE WHEN (resident.lives_alone = $23::BOOLEAN AND resident.care_level >= $24::BIGINT) THEN $25::VARCHAR WHEN (resident.lives_alone = $26::BOOLEAN OR resident.care_level >= $27::BIGINT) THEN $28::VARCHAR ELSE $29::VARCHAR END AS grade, CAST(NULL AS DATE) AS due_on
FROM residents AS resident LEFT OUTER JOIN (SELECT v.resident_id AS holder, count(*) FILTER (WHERE v.happened_on > $30::DATE) AS test_1, count(*) FILTER (WHERE v.happened_on > $31::DATE) AS test_2, count(*) FILTER (WHERE v.happened_on > $32::DATE) AS test_3
FROM service_events AS v
WHERE v.kind = $33::VARCHAR AND v.happened_on > $34::DATE GROUP BY v.resident_id) AS held_1 ON held_1.holder = resident.resident_id LEFT OUTER JOIN households AS household ON resident.household_id = household.household_id
WHERE resident.death_on IS NULL AND resident.moved_out_on IS NULL AND (resident.birth_date <= $35::DATE OR resident.birth_date IS NULL) AND (resident.lives_alone = $36::BOOLEAN OR resident.lives_alone IS NULL OR resident.elder_situation IN ($37::VARCHAR, $38::VARCHAR) OR resident.care_level >= $39::BIGINT OR resident.care_level IS NULL OR resident.household_id IS NOT NULL AND (household.special_family = $40::BOOLEAN OR household.special_family IS NULL) OR (EXISTS (SELECT d.resident_id
FROM disabilities AS d
WHERE d.resident_id = resident.resident_id AND d.grade <= $41::BIGINT AND (d.valid_to IS NULL OR d.valid_to >= $42::DATE)))) AND (coalesce(held_1.test_1, $43::INTEGER) < $44::INTEGER OR (resident.lives_alone = $45::BOOLEAN OR resident.lives_alone IS NULL OR resident.care_level >= $46::BIGINT OR resident.care_level IS NULL) AND coalesce(held_1.test_2, $47::INTEGER) < $48::INTEGER OR (resident.lives_alone = $49::BOOLEAN OR resident.lives_alone IS NULL) AND (resident.care_level >= $50::BIGINT OR resident.care_level IS NULL) AND coalesce(held_1.test_3, $51::INTEGER) < $52::INTEGER)
-- param_1 = household
-- param_2 = resident
-- param_3 = 1966-11-23
-- param_4 = True
-- param_5 = empty_nest
-- param_6 = left_behind
-- param_7 = 1
-- param_8 = True
-- param_9 = 2
-- param_10 = 2026-11-23
-- coalesce_1 = 0
-- coalesce_2 = 1
-- param_11 = True
-- param_12 = 2
-- coalesce_3 = 0
-- coalesce_4 = 1
-- param_13 = True
-- param_14 = 3
-- coalesce_5 = 0
-- coalesce_6 = 1
-- param_15 = match
-- param_16 = unknown
-- param_17 = True
-- param_18 = 3
-- param_19 = urgent
-- param_20 = True
-- param_21 = 2
-- param_22 = important
-- param_23 = normal
-- param_24 = 2026-08-25
-- param_25 = 2026-10-24
-- param_26 = 2026-11-16
-- param_27 = VISIT
-- param_28 = 2026-08-25
-- param_29 = 1966-11-23
-- param_30 = True
-- param_31 = empty_nest
-- param_32 = left_behind
-- param_33 = 1
-- param_34 = True
-- param_35 = 2
-- param_36 = 2026-11-23
-- coalesce_7 = 0
-- coalesce_8 = 1
-- param_37 = True
-- param_38 = 2
-- coalesce_9 = 0
-- coalesce_10 = 1
-- param_39 = True
-- param_40 = 3
-- coalesce_11 = 0
-- coalesce_12 = 1
