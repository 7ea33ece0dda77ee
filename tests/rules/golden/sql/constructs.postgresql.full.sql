-- resident.certificates.exists(c, c.kind == "RESIDENCE")
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, $2::VARCHAR AS verdict, $3::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE EXISTS (SELECT c.person_id
FROM papers AS c
WHERE c.person_id = resident.person_id AND c.kind = $4::VARCHAR)
-- param_1 = resident
-- param_2 = match
-- param_3 = normal
-- param_4 = RESIDENCE

-- !resident.certificates.exists(c, c.kind == "RESIDENCE" && c.valid_to >= today)
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN (coalesce(held_1.test_2, $2::INTEGER) < $3::INTEGER) THEN $4::VARCHAR ELSE $5::VARCHAR END AS verdict, $6::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident LEFT OUTER JOIN (SELECT c.person_id AS holder, count(*) FILTER (WHERE c.valid_to >= $7::DATE) AS test_1, count(*) FILTER (WHERE c.valid_to >= $8::DATE OR c.valid_to IS NULL) AS test_2
FROM papers AS c
WHERE c.kind = $9::VARCHAR AND (c.valid_to >= $10::DATE OR c.valid_to IS NULL) AND c.person_id IS NOT NULL GROUP BY c.person_id) AS held_1 ON held_1.holder = resident.person_id
WHERE coalesce(held_1.test_1, $11::INTEGER) < $12::INTEGER
-- param_1 = resident
-- coalesce_1 = 0
-- coalesce_2 = 1
-- param_2 = match
-- param_3 = unknown
-- param_4 = normal
-- param_5 = 2026-11-23
-- param_6 = 2026-11-23
-- param_7 = RESIDENCE
-- param_8 = 2026-11-23
-- coalesce_3 = 0
-- coalesce_4 = 1

-- resident.certificates.all(c, c.valid_to >= today)
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN (coalesce(held_1.test_2, $2::INTEGER) < $3::INTEGER) THEN $4::VARCHAR ELSE $5::VARCHAR END AS verdict, $6::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident LEFT OUTER JOIN (SELECT c.person_id AS holder, count(*) FILTER (WHERE c.valid_to < $7::DATE) AS test_1, count(*) FILTER (WHERE c.valid_to < $8::DATE OR c.valid_to IS NULL) AS test_2
FROM papers AS c
WHERE (c.valid_to < $9::DATE OR c.valid_to IS NULL) AND c.person_id IS NOT NULL GROUP BY c.person_id) AS held_1 ON held_1.holder = resident.person_id
WHERE coalesce(held_1.test_1, $10::INTEGER) < $11::INTEGER
-- param_1 = resident
-- coalesce_1 = 0
-- coalesce_2 = 1
-- param_2 = match
-- param_3 = unknown
-- param_4 = normal
-- param_5 = 2026-11-23
-- param_6 = 2026-11-23
-- param_7 = 2026-11-23
-- coalesce_3 = 0
-- coalesce_4 = 1

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
WHERE c_2.person_id = resident.person_id AND (c_2.valid_to >= $11::DATE OR c_2.valid_to IS NULL)) >= $12::BIGINT
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

-- resident.certificates.filter(c, c.valid_to < today).size() > 1
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN ((SELECT count(*) AS count_1
FROM papers AS c_2
WHERE c_2.person_id = resident.person_id AND c_2.valid_to < $2::DATE) > $3::BIGINT) THEN $4::VARCHAR ELSE $5::VARCHAR END AS verdict, $6::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE (SELECT count(*) AS count_2
FROM papers AS c
WHERE c.person_id = resident.person_id AND (c.valid_to < $7::DATE OR c.valid_to IS NULL)) > $8::BIGINT
-- param_1 = resident
-- param_2 = 2026-11-23
-- param_3 = 1
-- param_4 = match
-- param_5 = unknown
-- param_6 = normal
-- param_7 = 2026-11-23
-- param_8 = 1

-- resident.certificates.exists(c, c.valid_to < resident.birth_date)
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN (EXISTS (SELECT c_2.person_id
FROM papers AS c_2
WHERE c_2.person_id = resident.person_id AND c_2.valid_to < resident.birth_date)) THEN $2::VARCHAR ELSE $3::VARCHAR END AS verdict, $4::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE EXISTS (SELECT c.person_id
FROM papers AS c
WHERE c.person_id = resident.person_id AND (c.valid_to < resident.birth_date OR c.valid_to IS NULL OR resident.birth_date IS NULL))
-- param_1 = resident
-- param_2 = match
-- param_3 = unknown
-- param_4 = normal

-- resident.household.members.exists(m, m.certificates.exists(c, c.valid_to < today))
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN (resident.home_id IS NOT NULL AND (EXISTS (SELECT m_2.home_id
FROM people AS m_2
WHERE m_2.home_id = resident.home_id AND (EXISTS (SELECT c_2.person_id
FROM papers AS c_2
WHERE c_2.person_id = m_2.person_id AND c_2.valid_to < $2::DATE))))) THEN $3::VARCHAR ELSE $4::VARCHAR END AS verdict, $5::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE resident.home_id IS NULL OR (EXISTS (SELECT m.home_id
FROM people AS m
WHERE m.home_id = resident.home_id AND (EXISTS (SELECT c.person_id
FROM papers AS c
WHERE c.person_id = m.person_id AND (c.valid_to < $6::DATE OR c.valid_to IS NULL)))))
-- param_1 = resident
-- param_2 = 2026-11-23
-- param_3 = match
-- param_4 = unknown
-- param_5 = normal
-- param_6 = 2026-11-23

-- resident.lives_alone || resident.certificates.exists(c, c.points == null)
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN (resident.lives_alone = $2::BOOLEAN OR (EXISTS (SELECT c_2.person_id
FROM papers AS c_2
WHERE c_2.person_id = resident.person_id AND c_2.points IS NULL))) THEN $3::VARCHAR ELSE $4::VARCHAR END AS verdict, $5::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE resident.lives_alone = $6::BOOLEAN OR resident.lives_alone IS NULL OR (EXISTS (SELECT c.person_id
FROM papers AS c
WHERE c.person_id = resident.person_id AND c.points IS NULL))
-- param_1 = resident
-- param_2 = True
-- param_3 = match
-- param_4 = unknown
-- param_5 = normal
-- param_6 = True

-- resident.certificates.exists(c, c.kind == "RESIDENCE") && !resident.certificates.exists(c, c.kind == "RESIDENCE" && c.valid_to >= today)
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN (coalesce(held_1.test_3, $2::INTEGER) < $3::INTEGER) THEN $4::VARCHAR ELSE $5::VARCHAR END AS verdict, $6::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident LEFT OUTER JOIN (SELECT c.person_id AS holder, count(*) FILTER (WHERE true) AS test_1, count(*) FILTER (WHERE c.valid_to >= $7::DATE) AS test_2, count(*) FILTER (WHERE c.valid_to >= $8::DATE OR c.valid_to IS NULL) AS test_3
FROM papers AS c
WHERE c.kind = $9::VARCHAR AND c.person_id IS NOT NULL GROUP BY c.person_id) AS held_1 ON held_1.holder = resident.person_id
WHERE held_1.test_1 > $10::INTEGER AND coalesce(held_1.test_2, $11::INTEGER) < $12::INTEGER
-- param_1 = resident
-- coalesce_1 = 0
-- coalesce_2 = 1
-- param_2 = match
-- param_3 = unknown
-- param_4 = normal
-- param_5 = 2026-11-23
-- param_6 = 2026-11-23
-- param_7 = RESIDENCE
-- test_1_1 = 0
-- coalesce_3 = 0
-- coalesce_4 = 1

-- resident.certificates.exists(c, c.kind == "RESIDENCE") && resident.certificates.exists(d, d.valid_to >= today && d.kind == "RESIDENCE")
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN (held_1.test_2 > $2::INTEGER) THEN $3::VARCHAR ELSE $4::VARCHAR END AS verdict, $5::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident LEFT OUTER JOIN (SELECT d.person_id AS holder, count(*) FILTER (WHERE d.valid_to >= $6::DATE OR d.valid_to IS NULL) AS test_1, count(*) FILTER (WHERE d.valid_to >= $7::DATE) AS test_2
FROM papers AS d
WHERE d.kind = $8::VARCHAR AND (d.valid_to >= $9::DATE OR d.valid_to IS NULL) AND d.person_id IS NOT NULL GROUP BY d.person_id) AS held_1 ON held_1.holder = resident.person_id
WHERE held_1.test_1 > $10::INTEGER
-- param_1 = resident
-- test_2_1 = 0
-- param_2 = match
-- param_3 = unknown
-- param_4 = normal
-- param_5 = 2026-11-23
-- param_6 = 2026-11-23
-- param_7 = RESIDENCE
-- param_8 = 2026-11-23
-- test_1_1 = 0

-- age(resident.birth_date) >= 80
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN (resident.birth_date <= $2::DATE) THEN $3::VARCHAR ELSE $4::VARCHAR END AS verdict, $5::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE resident.birth_date <= $6::DATE OR resident.birth_date IS NULL
-- param_1 = resident
-- param_2 = 1946-11-23
-- param_3 = match
-- param_4 = unknown
-- param_5 = normal
-- param_6 = 1946-11-23

-- !(age(resident.birth_date) >= 80)
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN (resident.birth_date > $2::DATE) THEN $3::VARCHAR ELSE $4::VARCHAR END AS verdict, $5::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE resident.birth_date > $6::DATE OR resident.birth_date IS NULL
-- param_1 = resident
-- param_2 = 1946-11-23
-- param_3 = match
-- param_4 = unknown
-- param_5 = normal
-- param_6 = 1946-11-23

-- year(resident.birth_date) == 1946
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN (resident.birth_date >= $2::DATE AND resident.birth_date < $3::DATE) THEN $4::VARCHAR ELSE $5::VARCHAR END AS verdict, $6::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE (resident.birth_date >= $7::DATE OR resident.birth_date IS NULL) AND (resident.birth_date < $8::DATE OR resident.birth_date IS NULL)
-- param_1 = resident
-- param_2 = 1946-01-01
-- param_3 = 1947-01-01
-- param_4 = match
-- param_5 = unknown
-- param_6 = normal
-- param_7 = 1946-01-01
-- param_8 = 1947-01-01

-- anniversary_in(resident.birth_date, today, today + days(60))
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN (resident.birth_date <= $2::DATE AND (date_part($3::VARCHAR, resident.birth_date) * $4::FLOAT + date_part($5::VARCHAR, resident.birth_date) >= $6::FLOAT OR date_part($3::VARCHAR, resident.birth_date) * $4::FLOAT + date_part($5::VARCHAR, resident.birth_date) <= $7::FLOAT)) THEN $8::VARCHAR ELSE $9::VARCHAR END AS verdict, $10::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE resident.birth_date IS NULL OR resident.birth_date <= $11::DATE AND (date_part($12::VARCHAR, resident.birth_date) * $13::FLOAT + date_part($14::VARCHAR, resident.birth_date) >= $15::FLOAT OR date_part($12::VARCHAR, resident.birth_date) * $13::FLOAT + date_part($14::VARCHAR, resident.birth_date) <= $16::FLOAT)
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

-- !anniversary_in(resident.birth_date, today, today + days(60))
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN (resident.birth_date > $2::DATE OR date_part($3::VARCHAR, resident.birth_date) * $4::FLOAT + date_part($5::VARCHAR, resident.birth_date) < $6::FLOAT AND date_part($3::VARCHAR, resident.birth_date) * $4::FLOAT + date_part($5::VARCHAR, resident.birth_date) > $7::FLOAT) THEN $8::VARCHAR ELSE $9::VARCHAR END AS verdict, $10::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE resident.birth_date IS NULL OR resident.birth_date > $11::DATE OR date_part($12::VARCHAR, resident.birth_date) * $13::FLOAT + date_part($14::VARCHAR, resident.birth_date) < $15::FLOAT AND date_part($12::VARCHAR, resident.birth_date) * $13::FLOAT + date_part($14::VARCHAR, resident.birth_date) > $16::FLOAT
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

-- resident.hukou_code.startsWith("3301")
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN (resident.hukou_code ^@ $2::VARCHAR) THEN $3::VARCHAR ELSE $4::VARCHAR END AS verdict, $5::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE resident.hukou_code IS NULL OR (resident.hukou_code ^@ $6::VARCHAR)
-- param_1 = resident
-- param_2 = 3301
-- param_3 = match
-- param_4 = unknown
-- param_5 = normal
-- param_6 = 3301

-- resident.name.endsWith("a") && !resident.name.contains("b")
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, $2::VARCHAR AS verdict, $3::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE right(resident.name, $4::INTEGER) = $5::VARCHAR AND strpos(resident.name, $6::VARCHAR) = $7::INTEGER
-- param_1 = resident
-- param_2 = match
-- param_3 = normal
-- right_1 = 1
-- param_4 = a
-- param_5 = b
-- strpos_1 = 0

-- resident.name.size() > 2
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, $2::VARCHAR AS verdict, $3::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE length(resident.name) > $4::BIGINT
-- param_1 = resident
-- param_2 = match
-- param_3 = normal
-- param_4 = 2

-- resident.name < "a"
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, $2::VARCHAR AS verdict, $3::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE (resident.name COLLATE "C") < $4::VARCHAR
-- param_1 = resident
-- param_2 = match
-- param_3 = normal
-- param_4 = a

-- resident.care_level in [2, 4]
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN (resident.care_level IN ($2::BIGINT, $3::BIGINT)) THEN $4::VARCHAR ELSE $5::VARCHAR END AS verdict, $6::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE resident.care_level IN ($7::BIGINT, $8::BIGINT) OR resident.care_level IS NULL
-- param_1 = resident
-- param_2 = 2
-- param_3 = 4
-- param_4 = match
-- param_5 = unknown
-- param_6 = normal
-- param_7 = 2
-- param_8 = 4

-- !(resident.care_level in [2, 4])
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN ((resident.care_level NOT IN ($2::BIGINT, $3::BIGINT))) THEN $4::VARCHAR ELSE $5::VARCHAR END AS verdict, $6::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE (resident.care_level NOT IN ($7::BIGINT, $8::BIGINT)) OR resident.care_level IS NULL
-- param_1 = resident
-- param_2 = 2
-- param_3 = 4
-- param_4 = match
-- param_5 = unknown
-- param_6 = normal
-- param_7 = 2
-- param_8 = 4

-- resident.hukou_code != resident.live_code
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN (resident.hukou_code != resident.live_code) THEN $2::VARCHAR ELSE $3::VARCHAR END AS verdict, $4::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE resident.hukou_code != resident.live_code OR resident.hukou_code IS NULL OR resident.live_code IS NULL
-- param_1 = resident
-- param_2 = match
-- param_3 = unknown
-- param_4 = normal

-- resident.household.income < 1138.51
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, CASE WHEN (household.income < $2::NUMERIC) THEN $3::VARCHAR ELSE $4::VARCHAR END AS verdict, $5::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident LEFT OUTER JOIN homes AS household ON resident.home_id = household.home_id
WHERE household.income < $6::NUMERIC OR household.income IS NULL
-- param_1 = resident
-- param_2 = 1138.51
-- param_3 = match
-- param_4 = unknown
-- param_5 = normal
-- param_6 = 1138.51

-- resident.household == null
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, $2::VARCHAR AS verdict, $3::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE resident.home_id IS NULL
-- param_1 = resident
-- param_2 = match
-- param_3 = normal

-- resident.death_on == null && !resident.veteran
SELECT resident.person_id AS subject_id, $1::VARCHAR AS target_kind, resident.person_id AS target_id, $2::VARCHAR AS verdict, $3::VARCHAR AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE resident.death_on IS NULL AND (resident.veteran != $4::BOOLEAN OR resident.veteran IS NULL)
-- param_1 = resident
-- param_2 = match
-- param_3 = normal
-- param_4 = True
