SELECT resident.resident_id AS subject_id, CASE WHEN (resident.household_id IS NOT NULL) THEN $1::VARCHAR ELSE $2::VARCHAR END AS target_kind, CASE WHEN (resident.household_id IS NOT NULL) THEN resident.household_id ELSE resident.resident_id END AS target_id, CASE WHEN (EXISTS (SELECT c_2.resident_id
FROM certificates AS c_2
WHERE c_2.resident_id = resident.resident_id AND c_2.kind = $3::VARCHAR AND c_2.status = $4::VARCHAR AND ((c_2.endorsed_on < $5::DATE OR c_2.endorsed_on IS NULL) AND c_2.issued_on <= $6::DATE AND date_part($7::VARCHAR, c_2.issued_on) * $8::FLOAT + date_part($9::VARCHAR, c_2.issued_on) >= $10::FLOAT AND date_part($7::VARCHAR, c_2.issued_on) * $8::FLOAT + date_part($9::VARCHAR, c_2.issued_on) <= $11::FLOAT OR (c_2.endorsed_on < $12::DATE OR c_2.endorsed_on IS NULL) AND c_2.issued_on <= $13::DATE AND date_part($14::VARCHAR, c_2.issued_on) * $15::FLOAT + date_part($16::VARCHAR, c_2.issued_on) >= $17::FLOAT AND date_part($14::VARCHAR, c_2.issued_on) * $15::FLOAT + date_part($16::VARCHAR, c_2.issued_on) <= $18::FLOAT))) THEN $19::VARCHAR ELSE $20::VARCHAR END AS verdict, CASE WHEN (EXISTS (SELECT c_3.resident_id
FROM certificates AS c_3
WHERE c_3.resident_id = resident.resident_id AND c_3.kind = $21::VARCHAR AND c_3.status = $22::VARCHAR AND (c_3.endorsed_on < $23::DATE OR c_3.endorsed_on IS NULL) AND c_3.issued_on <= $24::DATE AND date_part($25::VARCHAR, c_3.issued_on) * $26::FLOAT + date_part($27::VARCHAR, c_3.issued_on) >= $28::FLOAT AND date_part($25::VARCHAR, c_3.issued_on) * $26::FLOAT + date_part($27::VARCHAR, c_3.issued_on) <= $29::FLOAT)) THEN $30::VARCHAR ELSE $31::VARCHAR END AS grade, CAST(NULL AS DATE) AS due_on
FROM residents AS resident
WHERE resident.death_on IS NULL AND resident.moved_out_on IS NULL AND (EXISTS (SELECT c.resident_id
FROM certificates AS c
WHERE c.resident_id = resident.resident_id AND c.kind = $32::VARCHAR AND c.status = $33::VARCHAR AND ((c.endorsed_on < $34::DATE OR c.endorsed_on IS NULL) AND (c.issued_on IS NULL OR c.issued_on <= $35::DATE AND date_part($36::VARCHAR, c.issued_on) * $37::FLOAT + date_part($38::VARCHAR, c.issued_on) >= $39::FLOAT AND date_part($36::VARCHAR, c.issued_on) * $37::FLOAT + date_part($38::VARCHAR, c.issued_on) <= $40::FLOAT) OR (c.endorsed_on < $41::DATE OR c.endorsed_on IS NULL) AND (c.issued_on IS NULL OR c.issued_on <= $42::DATE AND date_part($43::VARCHAR, c.issued_on) * $44::FLOAT + date_part($45::VARCHAR, c.issued_on) >= $46::FLOAT AND date_part($43::VARCHAR, c.issued_on) * $44::FLOAT + date_part($45::VARCHAR, c.issued_on) <= $47::FLOAT)))) AND resident.resident_id = $48::BIGINT
-- param_1 = household
-- param_2 = resident
-- param_3 = RESIDENCE
-- param_4 = valid
-- param_5 = 2026-09-24
-- param_6 = 2025-12-23
-- date_part_1 = month
-- param_7 = 100
-- date_part_2 = day
-- param_8 = 1123
-- param_9 = 1223
-- param_10 = 2026-07-26
-- param_11 = 2025-11-22
-- date_part_3 = month
-- param_12 = 100
-- date_part_4 = day
-- param_13 = 924
-- param_14 = 1122
-- param_15 = match
-- param_16 = unknown
-- param_17 = RESIDENCE
-- param_18 = valid
-- param_19 = 2026-07-26
-- param_20 = 2025-11-22
-- date_part_5 = month
-- param_21 = 100
-- date_part_6 = day
-- param_22 = 924
-- param_23 = 1122
-- param_24 = important
-- param_25 = normal
-- param_26 = RESIDENCE
-- param_27 = valid
-- param_28 = 2026-09-24
-- param_29 = 2025-12-23
-- date_part_7 = month
-- param_30 = 100
-- date_part_8 = day
-- param_31 = 1123
-- param_32 = 1223
-- param_33 = 2026-07-26
-- param_34 = 2025-11-22
-- date_part_9 = month
-- param_35 = 100
-- date_part_10 = day
-- param_36 = 924
-- param_37 = 1122
-- param_38 = 7
