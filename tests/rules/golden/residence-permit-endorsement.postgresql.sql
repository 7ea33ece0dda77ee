SELECT resident.resident_id AS subject_id, CASE WHEN (resident.household_id IS NOT NULL) THEN $1::VARCHAR ELSE $2::VARCHAR END AS target_kind, CASE WHEN (resident.household_id IS NOT NULL) THEN resident.household_id ELSE resident.resident_id END AS target_id, CASE WHEN (EXISTS (SELECT c_2.resident_id
FROM certificates AS c_2
WHERE c_2.resident_id = resident.resident_id AND c_2.kind = $3::VARCHAR AND c_2.status = $4::VARCHAR AND (c_2.issued_on <= $5::DATE AND EXTRACT(month FROM c_2.issued_on) * $6::INTEGER + EXTRACT(day FROM c_2.issued_on) >= $7::BIGINT AND EXTRACT(month FROM c_2.issued_on) * $6::INTEGER + EXTRACT(day FROM c_2.issued_on) <= $8::BIGINT AND (c_2.endorsed_on < $9::DATE OR c_2.endorsed_on IS NULL) OR c_2.issued_on <= $10::DATE AND EXTRACT(month FROM c_2.issued_on) * $11::INTEGER + EXTRACT(day FROM c_2.issued_on) >= $12::BIGINT AND EXTRACT(month FROM c_2.issued_on) * $11::INTEGER + EXTRACT(day FROM c_2.issued_on) <= $13::BIGINT AND (c_2.endorsed_on < $14::DATE OR c_2.endorsed_on IS NULL)))) THEN $15::VARCHAR ELSE $16::VARCHAR END AS verdict, CASE WHEN (EXISTS (SELECT c.resident_id
FROM certificates AS c
WHERE c.resident_id = resident.resident_id AND c.kind = $17::VARCHAR AND c.status = $18::VARCHAR AND c.issued_on <= $19::DATE AND EXTRACT(month FROM c.issued_on) * $20::INTEGER + EXTRACT(day FROM c.issued_on) >= $21::BIGINT AND EXTRACT(month FROM c.issued_on) * $20::INTEGER + EXTRACT(day FROM c.issued_on) <= $22::BIGINT AND (c.endorsed_on < $23::DATE OR c.endorsed_on IS NULL))) THEN $24::VARCHAR ELSE $25::VARCHAR END AS grade, CAST(NULL AS DATE) AS due_on
FROM residents AS resident
WHERE resident.death_on IS NULL AND resident.moved_out_on IS NULL AND (EXISTS (SELECT c_3.resident_id
FROM certificates AS c_3
WHERE c_3.resident_id = resident.resident_id AND c_3.kind = $26::VARCHAR AND c_3.status = $27::VARCHAR)) AND (EXISTS (SELECT c_4.resident_id
FROM certificates AS c_4
WHERE c_4.resident_id = resident.resident_id AND c_4.kind = $28::VARCHAR AND c_4.status = $29::VARCHAR AND ((c_4.issued_on <= $30::DATE AND EXTRACT(month FROM c_4.issued_on) * $31::INTEGER + EXTRACT(day FROM c_4.issued_on) >= $32::BIGINT AND EXTRACT(month FROM c_4.issued_on) * $31::INTEGER + EXTRACT(day FROM c_4.issued_on) <= $33::BIGINT OR c_4.issued_on IS NULL) AND (c_4.endorsed_on < $34::DATE OR c_4.endorsed_on IS NULL) OR (c_4.issued_on <= $35::DATE AND EXTRACT(month FROM c_4.issued_on) * $36::INTEGER + EXTRACT(day FROM c_4.issued_on) >= $37::BIGINT AND EXTRACT(month FROM c_4.issued_on) * $36::INTEGER + EXTRACT(day FROM c_4.issued_on) <= $38::BIGINT OR c_4.issued_on IS NULL) AND (c_4.endorsed_on < $39::DATE OR c_4.endorsed_on IS NULL))))
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
