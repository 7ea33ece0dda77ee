SELECT resident.resident_id AS subject_id, CASE WHEN (resident.household_id IS NOT NULL) THEN ? ELSE ? END AS target_kind, CASE WHEN (resident.household_id IS NOT NULL) THEN resident.household_id ELSE resident.resident_id END AS target_id, CASE WHEN (resident.resident_id IN (SELECT c_2.resident_id
FROM certificates AS c_2
WHERE c_2.kind = ? AND c_2.status = ? AND (c_2.issued_on <= ? AND CAST(STRFTIME('%m', c_2.issued_on) AS INTEGER) * ? + CAST(STRFTIME('%d', c_2.issued_on) AS INTEGER) >= ? AND CAST(STRFTIME('%m', c_2.issued_on) AS INTEGER) * ? + CAST(STRFTIME('%d', c_2.issued_on) AS INTEGER) <= ? AND (c_2.endorsed_on < ? OR c_2.endorsed_on IS NULL) OR c_2.issued_on <= ? AND CAST(STRFTIME('%m', c_2.issued_on) AS INTEGER) * ? + CAST(STRFTIME('%d', c_2.issued_on) AS INTEGER) >= ? AND CAST(STRFTIME('%m', c_2.issued_on) AS INTEGER) * ? + CAST(STRFTIME('%d', c_2.issued_on) AS INTEGER) <= ? AND (c_2.endorsed_on < ? OR c_2.endorsed_on IS NULL)))) THEN ? ELSE ? END AS verdict, CASE WHEN (resident.resident_id IN (SELECT c.resident_id
FROM certificates AS c
WHERE c.kind = ? AND c.status = ? AND c.issued_on <= ? AND CAST(STRFTIME('%m', c.issued_on) AS INTEGER) * ? + CAST(STRFTIME('%d', c.issued_on) AS INTEGER) >= ? AND CAST(STRFTIME('%m', c.issued_on) AS INTEGER) * ? + CAST(STRFTIME('%d', c.issued_on) AS INTEGER) <= ? AND (c.endorsed_on < ? OR c.endorsed_on IS NULL))) THEN ? ELSE ? END AS grade, CAST(NULL AS DATE) AS due_on
FROM residents AS resident
WHERE resident.death_on IS NULL AND resident.moved_out_on IS NULL AND resident.resident_id IN (SELECT c_3.resident_id
FROM certificates AS c_3
WHERE c_3.kind = ? AND c_3.status = ?) AND resident.resident_id IN (SELECT c_4.resident_id
FROM certificates AS c_4
WHERE c_4.kind = ? AND c_4.status = ? AND ((c_4.issued_on <= ? AND CAST(STRFTIME('%m', c_4.issued_on) AS INTEGER) * ? + CAST(STRFTIME('%d', c_4.issued_on) AS INTEGER) >= ? AND CAST(STRFTIME('%m', c_4.issued_on) AS INTEGER) * ? + CAST(STRFTIME('%d', c_4.issued_on) AS INTEGER) <= ? OR c_4.issued_on IS NULL) AND (c_4.endorsed_on < ? OR c_4.endorsed_on IS NULL) OR (c_4.issued_on <= ? AND CAST(STRFTIME('%m', c_4.issued_on) AS INTEGER) * ? + CAST(STRFTIME('%d', c_4.issued_on) AS INTEGER) >= ? AND CAST(STRFTIME('%m', c_4.issued_on) AS INTEGER) * ? + CAST(STRFTIME('%d', c_4.issued_on) AS INTEGER) <= ? OR c_4.issued_on IS NULL) AND (c_4.endorsed_on < ? OR c_4.endorsed_on IS NULL)))
-- param_1 = household
-- param_2 = resident
-- param_3 = RESIDENCE
-- param_4 = valid
-- param_5 = 2025-12-23
-- param_6 = 100
-- param_7 = 1123
-- param_8 = 1223
-- param_9 = 2026-09-24
-- param_10 = 2025-11-22
-- param_11 = 100
-- param_12 = 924
-- param_13 = 1122
-- param_14 = 2026-07-26
-- param_15 = match
-- param_16 = unknown
-- param_17 = RESIDENCE
-- param_18 = valid
-- param_19 = 2025-11-22
-- param_20 = 100
-- param_21 = 924
-- param_22 = 1122
-- param_23 = 2026-07-26
-- param_24 = important
-- param_25 = normal
-- param_26 = RESIDENCE
-- param_27 = valid
-- param_28 = RESIDENCE
-- param_29 = valid
-- param_30 = 2025-12-23
-- param_31 = 100
-- param_32 = 1123
-- param_33 = 1223
-- param_34 = 2026-09-24
-- param_35 = 2025-11-22
-- param_36 = 100
-- param_37 = 924
-- param_38 = 1122
-- param_39 = 2026-07-26
