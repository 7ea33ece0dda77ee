SELECT resident.resident_id AS subject_id, CASE WHEN (resident.household_id IS NOT NULL) THEN ? ELSE ? END AS target_kind, CASE WHEN (resident.household_id IS NOT NULL) THEN resident.household_id ELSE resident.resident_id END AS target_id, CASE WHEN (EXISTS (SELECT c_2.resident_id
FROM certificates AS c_2
WHERE c_2.resident_id = resident.resident_id AND c_2.kind = ? AND c_2.status = ? AND ((c_2.endorsed_on < ? OR c_2.endorsed_on IS NULL) AND (+ c_2.issued_on) <= ? AND substr(c_2.issued_on, ?) >= ? AND substr(c_2.issued_on, ?) <= ? OR (c_2.endorsed_on < ? OR c_2.endorsed_on IS NULL) AND (+ c_2.issued_on) <= ? AND substr(c_2.issued_on, ?) >= ? AND substr(c_2.issued_on, ?) <= ?))) THEN ? ELSE ? END AS verdict, CASE WHEN (EXISTS (SELECT c_3.resident_id
FROM certificates AS c_3
WHERE c_3.resident_id = resident.resident_id AND c_3.kind = ? AND c_3.status = ? AND (c_3.endorsed_on < ? OR c_3.endorsed_on IS NULL) AND (+ c_3.issued_on) <= ? AND substr(c_3.issued_on, ?) >= ? AND substr(c_3.issued_on, ?) <= ?)) THEN ? ELSE ? END AS grade, CAST(NULL AS DATE) AS due_on
FROM residents AS resident
WHERE resident.death_on IS NULL AND resident.moved_out_on IS NULL AND (EXISTS (SELECT c.resident_id
FROM certificates AS c
WHERE c.resident_id = resident.resident_id AND c.kind = ? AND c.status = ? AND ((c.endorsed_on < ? OR c.endorsed_on IS NULL) AND (c.issued_on IS NULL OR (+ c.issued_on) <= ? AND substr(c.issued_on, ?) >= ? AND substr(c.issued_on, ?) <= ?) OR (c.endorsed_on < ? OR c.endorsed_on IS NULL) AND (c.issued_on IS NULL OR (+ c.issued_on) <= ? AND substr(c.issued_on, ?) >= ? AND substr(c.issued_on, ?) <= ?))))
-- param_1 = household
-- param_2 = resident
-- param_3 = RESIDENCE
-- param_4 = valid
-- param_5 = 2026-09-24
-- param_6 = 2025-12-23
-- substr_1 = 6
-- param_7 = 11-23
-- param_8 = 12-23
-- param_9 = 2026-07-26
-- param_10 = 2025-11-22
-- substr_2 = 6
-- param_11 = 09-24
-- param_12 = 11-22
-- param_13 = match
-- param_14 = unknown
-- param_15 = RESIDENCE
-- param_16 = valid
-- param_17 = 2026-07-26
-- param_18 = 2025-11-22
-- substr_3 = 6
-- param_19 = 09-24
-- param_20 = 11-22
-- param_21 = important
-- param_22 = normal
-- param_23 = RESIDENCE
-- param_24 = valid
-- param_25 = 2026-09-24
-- param_26 = 2025-12-23
-- substr_4 = 6
-- param_27 = 11-23
-- param_28 = 12-23
-- param_29 = 2026-07-26
-- param_30 = 2025-11-22
-- substr_5 = 6
-- param_31 = 09-24
-- param_32 = 11-22
