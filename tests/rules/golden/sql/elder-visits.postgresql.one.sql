SELECT resident.resident_id AS subject_id, CASE WHEN (resident.household_id IS NOT NULL) THEN $1::VARCHAR ELSE $2::VARCHAR END AS target_kind, CASE WHEN (resident.household_id IS NOT NULL) THEN resident.household_id ELSE resident.resident_id END AS target_id, CASE WHEN (resident.birth_date <= $3::DATE AND (resident.lives_alone = $4::BOOLEAN OR resident.elder_situation IN ($5::VARCHAR, $6::VARCHAR) OR resident.care_level >= $7::BIGINT OR resident.household_id IS NOT NULL AND household.special_family = $8::BOOLEAN OR (EXISTS (SELECT d_2.resident_id
FROM disabilities AS d_2
WHERE d_2.resident_id = resident.resident_id AND d_2.grade <= $9::BIGINT AND (d_2.valid_to IS NULL OR d_2.valid_to >= $10::DATE)))) AND (NOT (EXISTS (SELECT v_4.resident_id
FROM service_events AS v_4
WHERE v_4.resident_id = resident.resident_id AND v_4.kind = $11::VARCHAR AND v_4.happened_on > $12::DATE)) OR (resident.lives_alone = $13::BOOLEAN OR resident.care_level >= $14::BIGINT) AND NOT (EXISTS (SELECT v_5.resident_id
FROM service_events AS v_5
WHERE v_5.resident_id = resident.resident_id AND v_5.kind = $15::VARCHAR AND v_5.happened_on > $16::DATE)) OR resident.lives_alone = $17::BOOLEAN AND resident.care_level >= $18::BIGINT AND NOT (EXISTS (SELECT v_6.resident_id
FROM service_events AS v_6
WHERE v_6.resident_id = resident.resident_id AND v_6.kind = $19::VARCHAR AND v_6.happened_on > $20::DATE)))) THEN $21::VARCHAR ELSE $22::VARCHAR END AS verdict, CASE WHEN (resident.lives_alone = $23::BOOLEAN AND resident.care_level >= $24::BIGINT) THEN $25::VARCHAR WHEN (resident.lives_alone = $26::BOOLEAN OR resident.care_level >= $27::BIGINT) THEN $28::VARCHAR ELSE $29::VARCHAR END AS grade, CAST(NULL AS DATE) AS due_on
FROM residents AS resident LEFT OUTER JOIN households AS household ON resident.household_id = household.household_id
WHERE resident.death_on IS NULL AND resident.moved_out_on IS NULL AND (resident.birth_date <= $30::DATE OR resident.birth_date IS NULL) AND (resident.lives_alone = $31::BOOLEAN OR resident.lives_alone IS NULL OR resident.elder_situation IN ($32::VARCHAR, $33::VARCHAR) OR resident.care_level >= $34::BIGINT OR resident.care_level IS NULL OR resident.household_id IS NOT NULL AND (household.special_family = $35::BOOLEAN OR household.special_family IS NULL) OR (EXISTS (SELECT d.resident_id
FROM disabilities AS d
WHERE d.resident_id = resident.resident_id AND d.grade <= $36::BIGINT AND (d.valid_to IS NULL OR d.valid_to >= $37::DATE)))) AND (NOT (EXISTS (SELECT v.resident_id
FROM service_events AS v
WHERE v.resident_id = resident.resident_id AND v.kind = $38::VARCHAR AND v.happened_on > $39::DATE)) OR (resident.lives_alone = $40::BOOLEAN OR resident.lives_alone IS NULL OR resident.care_level >= $41::BIGINT OR resident.care_level IS NULL) AND NOT (EXISTS (SELECT v_2.resident_id
FROM service_events AS v_2
WHERE v_2.resident_id = resident.resident_id AND v_2.kind = $42::VARCHAR AND v_2.happened_on > $43::DATE)) OR (resident.lives_alone = $44::BOOLEAN OR resident.lives_alone IS NULL) AND (resident.care_level >= $45::BIGINT OR resident.care_level IS NULL) AND NOT (EXISTS (SELECT v_3.resident_id
FROM service_events AS v_3
WHERE v_3.resident_id = resident.resident_id AND v_3.kind = $46::VARCHAR AND v_3.happened_on > $47::DATE))) AND resident.resident_id = $48::BIGINT
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
-- param_11 = VISIT
-- param_12 = 2026-08-25
-- param_13 = True
-- param_14 = 2
-- param_15 = VISIT
-- param_16 = 2026-10-24
-- param_17 = True
-- param_18 = 3
-- param_19 = VISIT
-- param_20 = 2026-11-16
-- param_21 = match
-- param_22 = unknown
-- param_23 = True
-- param_24 = 3
-- param_25 = urgent
-- param_26 = True
-- param_27 = 2
-- param_28 = important
-- param_29 = normal
-- param_30 = 1966-11-23
-- param_31 = True
-- param_32 = empty_nest
-- param_33 = left_behind
-- param_34 = 1
-- param_35 = True
-- param_36 = 2
-- param_37 = 2026-11-23
-- param_38 = VISIT
-- param_39 = 2026-08-25
-- param_40 = True
-- param_41 = 2
-- param_42 = VISIT
-- param_43 = 2026-10-24
-- param_44 = True
-- param_45 = 3
-- param_46 = VISIT
-- param_47 = 2026-11-16
-- param_48 = 7
