SELECT resident.resident_id AS subject_id, CASE WHEN (resident.household_id IS NOT NULL) THEN $1::VARCHAR ELSE $2::VARCHAR END AS target_kind, CASE WHEN (resident.household_id IS NOT NULL) THEN resident.household_id ELSE resident.resident_id END AS target_id, CASE WHEN (resident.birth_date <= $3::DATE AND (resident.lives_alone = $4::BOOLEAN OR resident.care_level >= $5::BIGINT OR (EXISTS (SELECT d.resident_id
FROM disabilities AS d
WHERE d.resident_id = resident.resident_id AND d.grade <= $6::BIGINT AND (d.valid_to IS NULL OR d.valid_to >= $7::DATE))) OR resident.household_id IS NOT NULL AND household.special_family = $8::BOOLEAN) AND (NOT (EXISTS (SELECT v.resident_id
FROM service_events AS v
WHERE v.resident_id = resident.resident_id AND v.kind = $9::VARCHAR AND v.happened_on > $10::DATE)) OR (resident.lives_alone = $11::BOOLEAN OR resident.care_level >= $12::BIGINT) AND NOT (EXISTS (SELECT v_2.resident_id
FROM service_events AS v_2
WHERE v_2.resident_id = resident.resident_id AND v_2.kind = $13::VARCHAR AND v_2.happened_on > $14::DATE)) OR resident.lives_alone = $15::BOOLEAN AND resident.care_level >= $16::BIGINT AND NOT (EXISTS (SELECT v_3.resident_id
FROM service_events AS v_3
WHERE v_3.resident_id = resident.resident_id AND v_3.kind = $17::VARCHAR AND v_3.happened_on > $18::DATE)))) THEN $19::VARCHAR ELSE $20::VARCHAR END AS verdict, CASE WHEN (resident.lives_alone = $21::BOOLEAN AND resident.care_level >= $22::BIGINT) THEN $23::VARCHAR WHEN (resident.lives_alone = $24::BOOLEAN OR resident.care_level >= $25::BIGINT) THEN $26::VARCHAR ELSE $27::VARCHAR END AS grade, CAST(NULL AS DATE) AS due_on
FROM residents AS resident LEFT OUTER JOIN households AS household ON resident.household_id = household.household_id
WHERE resident.death_on IS NULL AND resident.moved_out_on IS NULL AND (resident.birth_date <= $28::DATE OR resident.birth_date IS NULL) AND (resident.lives_alone = $29::BOOLEAN OR resident.lives_alone IS NULL OR resident.care_level >= $30::BIGINT OR resident.care_level IS NULL OR (EXISTS (SELECT d_2.resident_id
FROM disabilities AS d_2
WHERE d_2.resident_id = resident.resident_id AND d_2.grade <= $31::BIGINT AND (d_2.valid_to IS NULL OR d_2.valid_to >= $32::DATE))) OR resident.household_id IS NOT NULL AND (household.special_family = $33::BOOLEAN OR household.special_family IS NULL)) AND (NOT (EXISTS (SELECT v_4.resident_id
FROM service_events AS v_4
WHERE v_4.resident_id = resident.resident_id AND v_4.kind = $34::VARCHAR AND v_4.happened_on > $35::DATE)) OR (resident.lives_alone = $36::BOOLEAN OR resident.lives_alone IS NULL OR resident.care_level >= $37::BIGINT OR resident.care_level IS NULL) AND NOT (EXISTS (SELECT v_5.resident_id
FROM service_events AS v_5
WHERE v_5.resident_id = resident.resident_id AND v_5.kind = $38::VARCHAR AND v_5.happened_on > $39::DATE)) OR (resident.lives_alone = $40::BOOLEAN OR resident.lives_alone IS NULL) AND (resident.care_level >= $41::BIGINT OR resident.care_level IS NULL) AND NOT (EXISTS (SELECT v_6.resident_id
FROM service_events AS v_6
WHERE v_6.resident_id = resident.resident_id AND v_6.kind = $42::VARCHAR AND v_6.happened_on > $43::DATE)))
-- param_1 = household
-- param_2 = resident
-- param_3 = 1966-11-23
-- param_4 = True
-- param_5 = 1
-- param_6 = 2
-- param_7 = 2026-11-23
-- param_8 = True
-- param_9 = VISIT
-- param_10 = 2026-08-25
-- param_11 = True
-- param_12 = 2
-- param_13 = VISIT
-- param_14 = 2026-10-24
-- param_15 = True
-- param_16 = 3
-- param_17 = VISIT
-- param_18 = 2026-11-16
-- param_19 = match
-- param_20 = unknown
-- param_21 = True
-- param_22 = 3
-- param_23 = urgent
-- param_24 = True
-- param_25 = 2
-- param_26 = important
-- param_27 = normal
-- param_28 = 1966-11-23
-- param_29 = True
-- param_30 = 1
-- param_31 = 2
-- param_32 = 2026-11-23
-- param_33 = True
-- param_34 = VISIT
-- param_35 = 2026-08-25
-- param_36 = True
-- param_37 = 2
-- param_38 = VISIT
-- param_39 = 2026-10-24
-- param_40 = True
-- param_41 = 3
-- param_42 = VISIT
-- param_43 = 2026-11-16
