-- resident.certificates.exists(c, c.kind == "RESIDENCE")
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, $2::VARCHAR AS verdict, $3::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE (EXISTS (SELECT c.person_id
FROM papers AS c
WHERE c.person_id = resident.person_id AND c.kind = $4::VARCHAR)) AND resident.person_id = $5::BIGINT
-- param_1 = resident
-- param_2 = match
-- param_3 = normal
-- param_4 = RESIDENCE
-- param_5 = 7

-- !resident.certificates.exists(c, c.kind == "RESIDENCE" && c.valid_to >= today)
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN (NOT (EXISTS (SELECT c_2.person_id
FROM papers AS c_2
WHERE c_2.person_id = resident.person_id AND c_2.kind = $2::VARCHAR AND (c_2.valid_to >= $3::DATE OR c_2.valid_to IS NULL)))) THEN $4::VARCHAR ELSE $5::VARCHAR END AS verdict, $6::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE NOT (EXISTS (SELECT c.person_id
FROM papers AS c
WHERE c.person_id = resident.person_id AND c.kind = $7::VARCHAR AND c.valid_to >= $8::DATE)) AND resident.person_id = $9::BIGINT
-- param_1 = resident
-- param_2 = RESIDENCE
-- param_3 = 2026-11-23
-- param_4 = match
-- param_5 = unknown
-- param_6 = normal
-- param_7 = RESIDENCE
-- param_8 = 2026-11-23
-- param_9 = 7

-- resident.certificates.all(c, c.valid_to >= today)
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN (NOT (EXISTS (SELECT c_2.person_id
FROM papers AS c_2
WHERE c_2.person_id = resident.person_id AND (c_2.valid_to < $2::DATE OR c_2.valid_to IS NULL)))) THEN $3::VARCHAR ELSE $4::VARCHAR END AS verdict, $5::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE NOT (EXISTS (SELECT c.person_id
FROM papers AS c
WHERE c.person_id = resident.person_id AND c.valid_to < $6::DATE)) AND resident.person_id = $7::BIGINT
-- param_1 = resident
-- param_2 = 2026-11-23
-- param_3 = match
-- param_4 = unknown
-- param_5 = normal
-- param_6 = 2026-11-23
-- param_7 = 7

-- resident.certificates.exists_one(c, c.valid_to >= today)
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN ((SELECT count(*) AS count_1
FROM papers AS c_3
WHERE c_3.person_id = resident.person_id AND c_3.valid_to >= $2::DATE) >= $3::BIGINT AND (SELECT count(*) AS count_2
FROM papers AS c_4
WHERE c_4.person_id = resident.person_id AND (c_4.valid_to >= $4::DATE OR c_4.valid_to IS NULL)) <= $5::BIGINT) THEN $6::VARCHAR ELSE $7::VARCHAR END AS verdict, $8::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE (SELECT count(*) AS count_3
FROM papers AS c
WHERE c.person_id = resident.person_id AND c.valid_to >= $9::DATE) <= $10::BIGINT AND (SELECT count(*) AS count_4
FROM papers AS c_2
WHERE c_2.person_id = resident.person_id AND (c_2.valid_to >= $11::DATE OR c_2.valid_to IS NULL)) >= $12::BIGINT AND resident.person_id = $13::BIGINT
-- param_1 = resident
-- param_2 = 2026-11-23
-- param_3 = 1
-- param_4 = 2026-11-23
-- param_5 = 1
-- param_6 = match
-- param_7 = unknown
-- param_8 = normal
-- param_9 = 2026-11-23
-- param_10 = 1
-- param_11 = 2026-11-23
-- param_12 = 1
-- param_13 = 7

-- resident.certificates.filter(c, c.valid_to < today).size() > 1
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN ((SELECT count(*) AS count_1
FROM papers AS c_2
WHERE c_2.person_id = resident.person_id AND c_2.valid_to < $2::DATE) > $3::BIGINT) THEN $4::VARCHAR ELSE $5::VARCHAR END AS verdict, $6::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE (SELECT count(*) AS count_2
FROM papers AS c
WHERE c.person_id = resident.person_id AND (c.valid_to < $7::DATE OR c.valid_to IS NULL)) > $8::BIGINT AND resident.person_id = $9::BIGINT
-- param_1 = resident
-- param_2 = 2026-11-23
-- param_3 = 1
-- param_4 = match
-- param_5 = unknown
-- param_6 = normal
-- param_7 = 2026-11-23
-- param_8 = 1
-- param_9 = 7

-- resident.certificates.exists(c, c.valid_to < resident.birth_date)
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN (EXISTS (SELECT c_2.person_id
FROM papers AS c_2
WHERE c_2.person_id = resident.person_id AND c_2.valid_to < resident.birth_date)) THEN $2::VARCHAR ELSE $3::VARCHAR END AS verdict, $4::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE (EXISTS (SELECT c.person_id
FROM papers AS c
WHERE c.person_id = resident.person_id AND (c.valid_to < resident.birth_date OR c.valid_to IS NULL OR resident.birth_date IS NULL))) AND resident.person_id = $5::BIGINT
-- param_1 = resident
-- param_2 = match
-- param_3 = unknown
-- param_4 = normal
-- param_5 = 7

-- resident.household.members.exists(m, m.certificates.exists(c, c.valid_to < today))
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN (resident.home_id IS NOT NULL AND (EXISTS (SELECT m_2.home_id
FROM people AS m_2
WHERE m_2.home_id = resident.home_id AND (EXISTS (SELECT c_2.person_id
FROM papers AS c_2
WHERE c_2.person_id = m_2.person_id AND c_2.valid_to < $2::DATE))))) THEN $3::VARCHAR ELSE $4::VARCHAR END AS verdict, $5::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE (resident.home_id IS NULL OR (EXISTS (SELECT m.home_id
FROM people AS m
WHERE m.home_id = resident.home_id AND (EXISTS (SELECT c.person_id
FROM papers AS c
WHERE c.person_id = m.person_id AND (c.valid_to < $6::DATE OR c.valid_to IS NULL)))))) AND resident.person_id = $7::BIGINT
-- param_1 = resident
-- param_2 = 2026-11-23
-- param_3 = match
-- param_4 = unknown
-- param_5 = normal
-- param_6 = 2026-11-23
-- param_7 = 7

-- resident.lives_alone || resident.certificates.exists(c, c.points == null)
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN (resident.lives_alone = $2::BOOLEAN OR (EXISTS (SELECT c_2.person_id
FROM papers AS c_2
WHERE c_2.person_id = resident.person_id AND c_2.points IS NULL))) THEN $3::VARCHAR ELSE $4::VARCHAR END AS verdict, $5::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE (resident.lives_alone = $6::BOOLEAN OR resident.lives_alone IS NULL OR (EXISTS (SELECT c.person_id
FROM papers AS c
WHERE c.person_id = resident.person_id AND c.points IS NULL))) AND resident.person_id = $7::BIGINT
-- param_1 = resident
-- param_2 = True
-- param_3 = match
-- param_4 = unknown
-- param_5 = normal
-- param_6 = True
-- param_7 = 7

-- resident.certificates.exists(c, c.kind == "RESIDENCE") && !resident.certificates.exists(c, c.kind == "RESIDENCE" && c.valid_to >= today)
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN (NOT (EXISTS (SELECT c_3.person_id
FROM papers AS c_3
WHERE c_3.person_id = resident.person_id AND c_3.kind = $2::VARCHAR AND (c_3.valid_to >= $3::DATE OR c_3.valid_to IS NULL)))) THEN $4::VARCHAR ELSE $5::VARCHAR END AS verdict, $6::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE (EXISTS (SELECT c.person_id
FROM papers AS c
WHERE c.person_id = resident.person_id AND c.kind = $7::VARCHAR)) AND NOT (EXISTS (SELECT c_2.person_id
FROM papers AS c_2
WHERE c_2.person_id = resident.person_id AND c_2.kind = $8::VARCHAR AND c_2.valid_to >= $9::DATE)) AND resident.person_id = $10::BIGINT
-- param_1 = resident
-- param_2 = RESIDENCE
-- param_3 = 2026-11-23
-- param_4 = match
-- param_5 = unknown
-- param_6 = normal
-- param_7 = RESIDENCE
-- param_8 = RESIDENCE
-- param_9 = 2026-11-23
-- param_10 = 7

-- resident.certificates.exists(c, c.kind == "RESIDENCE") && resident.certificates.exists(d, d.valid_to >= today && d.kind == "RESIDENCE")
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN (EXISTS (SELECT d_2.person_id
FROM papers AS d_2
WHERE d_2.person_id = resident.person_id AND d_2.valid_to >= $2::DATE AND d_2.kind = $3::VARCHAR)) THEN $4::VARCHAR ELSE $5::VARCHAR END AS verdict, $6::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE (EXISTS (SELECT d.person_id
FROM papers AS d
WHERE d.person_id = resident.person_id AND (d.valid_to >= $7::DATE OR d.valid_to IS NULL) AND d.kind = $8::VARCHAR)) AND resident.person_id = $9::BIGINT
-- param_1 = resident
-- param_2 = 2026-11-23
-- param_3 = RESIDENCE
-- param_4 = match
-- param_5 = unknown
-- param_6 = normal
-- param_7 = 2026-11-23
-- param_8 = RESIDENCE
-- param_9 = 7

-- age(resident.birth_date) >= 80
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN (resident.birth_date <= $2::DATE) THEN $3::VARCHAR ELSE $4::VARCHAR END AS verdict, $5::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE (resident.birth_date <= $6::DATE OR resident.birth_date IS NULL) AND resident.person_id = $7::BIGINT
-- param_1 = resident
-- param_2 = 1946-11-23
-- param_3 = match
-- param_4 = unknown
-- param_5 = normal
-- param_6 = 1946-11-23
-- param_7 = 7

-- !(age(resident.birth_date) >= 80)
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN (resident.birth_date > $2::DATE) THEN $3::VARCHAR ELSE $4::VARCHAR END AS verdict, $5::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE (resident.birth_date > $6::DATE OR resident.birth_date IS NULL) AND resident.person_id = $7::BIGINT
-- param_1 = resident
-- param_2 = 1946-11-23
-- param_3 = match
-- param_4 = unknown
-- param_5 = normal
-- param_6 = 1946-11-23
-- param_7 = 7

-- year(resident.birth_date) == 1946
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN (resident.birth_date >= $2::DATE AND resident.birth_date < $3::DATE) THEN $4::VARCHAR ELSE $5::VARCHAR END AS verdict, $6::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE (resident.birth_date >= $7::DATE OR resident.birth_date IS NULL) AND (resident.birth_date < $8::DATE OR resident.birth_date IS NULL) AND resident.person_id = $9::BIGINT
-- param_1 = resident
-- param_2 = 1946-01-01
-- param_3 = 1947-01-01
-- param_4 = match
-- param_5 = unknown
-- param_6 = normal
-- param_7 = 1946-01-01
-- param_8 = 1947-01-01
-- param_9 = 7

-- anniversary_in(resident.birth_date, today, today + days(60))
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN (resident.birth_date <= $2::DATE AND (date_part($3::VARCHAR, resident.birth_date) * $4::FLOAT + date_part($5::VARCHAR, resident.birth_date) >= $6::FLOAT OR date_part($3::VARCHAR, resident.birth_date) * $4::FLOAT + date_part($5::VARCHAR, resident.birth_date) <= $7::FLOAT)) THEN $8::VARCHAR ELSE $9::VARCHAR END AS verdict, $10::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE (resident.birth_date IS NULL OR resident.birth_date <= $11::DATE AND (date_part($12::VARCHAR, resident.birth_date) * $13::FLOAT + date_part($14::VARCHAR, resident.birth_date) >= $15::FLOAT OR date_part($12::VARCHAR, resident.birth_date) * $13::FLOAT + date_part($14::VARCHAR, resident.birth_date) <= $16::FLOAT)) AND resident.person_id = $17::BIGINT
-- param_1 = resident
-- param_2 = 2026-01-22
-- date_part_1 = month
-- param_3 = 100
-- date_part_2 = day
-- param_4 = 1123
-- param_5 = 122
-- param_6 = match
-- param_7 = unknown
-- param_8 = normal
-- param_9 = 2026-01-22
-- date_part_3 = month
-- param_10 = 100
-- date_part_4 = day
-- param_11 = 1123
-- param_12 = 122
-- param_13 = 7

-- !anniversary_in(resident.birth_date, today, today + days(60))
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN (resident.birth_date > $2::DATE OR date_part($3::VARCHAR, resident.birth_date) * $4::FLOAT + date_part($5::VARCHAR, resident.birth_date) < $6::FLOAT AND date_part($3::VARCHAR, resident.birth_date) * $4::FLOAT + date_part($5::VARCHAR, resident.birth_date) > $7::FLOAT) THEN $8::VARCHAR ELSE $9::VARCHAR END AS verdict, $10::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE (resident.birth_date IS NULL OR resident.birth_date > $11::DATE OR date_part($12::VARCHAR, resident.birth_date) * $13::FLOAT + date_part($14::VARCHAR, resident.birth_date) < $15::FLOAT AND date_part($12::VARCHAR, resident.birth_date) * $13::FLOAT + date_part($14::VARCHAR, resident.birth_date) > $16::FLOAT) AND resident.person_id = $17::BIGINT
-- param_1 = resident
-- param_2 = 2026-01-22
-- date_part_1 = month
-- param_3 = 100
-- date_part_2 = day
-- param_4 = 1123
-- param_5 = 122
-- param_6 = match
-- param_7 = unknown
-- param_8 = normal
-- param_9 = 2026-01-22
-- date_part_3 = month
-- param_10 = 100
-- date_part_4 = day
-- param_11 = 1123
-- param_12 = 122
-- param_13 = 7

-- resident.hukou_code.startsWith("3301")
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN (resident.hukou_code ^@ $2::VARCHAR) THEN $3::VARCHAR ELSE $4::VARCHAR END AS verdict, $5::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE (resident.hukou_code IS NULL OR (resident.hukou_code ^@ $6::VARCHAR)) AND resident.person_id = $7::BIGINT
-- param_1 = resident
-- param_2 = 3301
-- param_3 = match
-- param_4 = unknown
-- param_5 = normal
-- param_6 = 3301
-- param_7 = 7

-- resident.name.endsWith("a") && !resident.name.contains("b")
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, $2::VARCHAR AS verdict, $3::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE right(resident.name, $4::INTEGER) = $5::VARCHAR AND strpos(resident.name, $6::VARCHAR) = $7::INTEGER AND resident.person_id = $8::BIGINT
-- param_1 = resident
-- param_2 = match
-- param_3 = normal
-- right_1 = 1
-- param_4 = a
-- param_5 = b
-- strpos_1 = 0
-- param_6 = 7

-- resident.name.size() > 2
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, $2::VARCHAR AS verdict, $3::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE length(resident.name) > $4::BIGINT AND resident.person_id = $5::BIGINT
-- param_1 = resident
-- param_2 = match
-- param_3 = normal
-- param_4 = 2
-- param_5 = 7

-- resident.name < "a"
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, $2::VARCHAR AS verdict, $3::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE (resident.name COLLATE "C") < $4::VARCHAR AND resident.person_id = $5::BIGINT
-- param_1 = resident
-- param_2 = match
-- param_3 = normal
-- param_4 = a
-- param_5 = 7

-- resident.care_level in [2, 4]
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN (resident.care_level IN ($2::BIGINT, $3::BIGINT)) THEN $4::VARCHAR ELSE $5::VARCHAR END AS verdict, $6::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE (resident.care_level IN ($7::BIGINT, $8::BIGINT) OR resident.care_level IS NULL) AND resident.person_id = $9::BIGINT
-- param_1 = resident
-- param_2 = 2
-- param_3 = 4
-- param_4 = match
-- param_5 = unknown
-- param_6 = normal
-- param_7 = 2
-- param_8 = 4
-- param_9 = 7

-- !(resident.care_level in [2, 4])
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN ((resident.care_level NOT IN ($2::BIGINT, $3::BIGINT))) THEN $4::VARCHAR ELSE $5::VARCHAR END AS verdict, $6::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE ((resident.care_level NOT IN ($7::BIGINT, $8::BIGINT)) OR resident.care_level IS NULL) AND resident.person_id = $9::BIGINT
-- param_1 = resident
-- param_2 = 2
-- param_3 = 4
-- param_4 = match
-- param_5 = unknown
-- param_6 = normal
-- param_7 = 2
-- param_8 = 4
-- param_9 = 7

-- resident.hukou_code != resident.live_code
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN (resident.hukou_code != resident.live_code) THEN $2::VARCHAR ELSE $3::VARCHAR END AS verdict, $4::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE (resident.hukou_code != resident.live_code OR resident.hukou_code IS NULL OR resident.live_code IS NULL) AND resident.person_id = $5::BIGINT
-- param_1 = resident
-- param_2 = match
-- param_3 = unknown
-- param_4 = normal
-- param_5 = 7

-- resident.household.income < 1138.51
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN (household.income < $2::NUMERIC) THEN $3::VARCHAR ELSE $4::VARCHAR END AS verdict, $5::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident LEFT OUTER JOIN homes AS household ON resident.home_id = household.home_id
WHERE (household.income < $6::NUMERIC OR household.income IS NULL) AND resident.person_id = $7::BIGINT
-- param_1 = resident
-- param_2 = 1138.51
-- param_3 = match
-- param_4 = unknown
-- param_5 = normal
-- param_6 = 1138.51
-- param_7 = 7

-- resident.household == null
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, $2::VARCHAR AS verdict, $3::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE resident.home_id IS NULL AND resident.person_id = $4::BIGINT
-- param_1 = resident
-- param_2 = match
-- param_3 = normal
-- param_4 = 7

-- resident.death_on == null && !resident.veteran
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, $2::VARCHAR AS verdict, $3::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE resident.death_on IS NULL AND (resident.veteran != $4::BOOLEAN OR resident.veteran IS NULL) AND resident.person_id = $5::BIGINT
-- param_1 = resident
-- param_2 = match
-- param_3 = normal
-- param_4 = True
-- param_5 = 7
