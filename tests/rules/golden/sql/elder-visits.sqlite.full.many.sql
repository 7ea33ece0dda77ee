SELECT resident.resident_id AS subject_id, CASE WHEN (resident.household_id IS NOT NULL) THEN ? ELSE ? END AS target_kind, CASE WHEN (resident.household_id IS NOT NULL) THEN resident.household_id ELSE resident.resident_id END AS target_id, CASE WHEN ((+ resident.birth_date) <= ? AND (resident.lives_alone = ? OR resident.elder_situation IN (?, ?) OR resident.care_level >= ? OR resident.household_id IS NOT NULL AND household.special_family = ? OR (EXISTS (SELECT d_2.resident_id
FROM disabilities AS d_2
WHERE d_2.resident_id = resident.resident_id AND d_2.grade <= ? AND (d_2.valid_to IS NULL OR d_2.valid_to >= ?)))) AND (NOT (EXISTS (SELECT v_4.resident_id
FROM service_events AS v_4
WHERE v_4.resident_id = resident.resident_id AND v_4.kind = ? AND v_4.happened_on > ?)) OR (resident.lives_alone = ? OR resident.care_level >= ?) AND NOT (EXISTS (SELECT v_5.resident_id
FROM service_events AS v_5
WHERE v_5.resident_id = resident.resident_id AND v_5.kind = ? AND v_5.happened_on > ?)) OR resident.lives_alone = ? AND resident.care_level >= ? AND NOT (EXISTS (SELECT v_6.resident_id
FROM service_events AS v_6
WHERE v_6.resident_id = resident.resident_id AND v_6.kind = ? AND v_6.happened_on > ?)))) THEN ? ELSE ? END AS verdict, CASE WHEN (resident.lives_alone = ? AND resident.care_level >= ?) THEN ? WHEN (resident.lives_alone = ? OR resident.care_level >= ?) THEN ? ELSE ? END AS grade, CAST(NULL AS DATE) AS due_on
FROM residents AS resident LEFT OUTER JOIN households AS household ON (+ resident.household_id) = household.household_id
WHERE resident.death_on IS NULL AND resident.moved_out_on IS NULL AND ((+ resident.birth_date) <= ? OR resident.birth_date IS NULL) AND (resident.lives_alone = ? OR resident.lives_alone IS NULL OR resident.elder_situation IN (?, ?) OR resident.care_level >= ? OR resident.care_level IS NULL OR resident.household_id IS NOT NULL AND (household.special_family = ? OR household.special_family IS NULL) OR (EXISTS (SELECT d.resident_id
FROM disabilities AS d
WHERE d.resident_id = resident.resident_id AND d.grade <= ? AND (d.valid_to IS NULL OR d.valid_to >= ?)))) AND (NOT (EXISTS (SELECT v.resident_id
FROM service_events AS v
WHERE v.resident_id = resident.resident_id AND v.kind = ? AND v.happened_on > ?)) OR (resident.lives_alone = ? OR resident.lives_alone IS NULL OR resident.care_level >= ? OR resident.care_level IS NULL) AND NOT (EXISTS (SELECT v_2.resident_id
FROM service_events AS v_2
WHERE v_2.resident_id = resident.resident_id AND v_2.kind = ? AND v_2.happened_on > ?)) OR (resident.lives_alone = ? OR resident.lives_alone IS NULL) AND (resident.care_level >= ? OR resident.care_level IS NULL) AND NOT (EXISTS (SELECT v_3.resident_id
FROM service_events AS v_3
WHERE v_3.resident_id = resident.resident_id AND v_3.kind = ? AND v_3.happened_on > ?)))
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
