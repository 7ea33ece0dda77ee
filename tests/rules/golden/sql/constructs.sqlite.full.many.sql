-- resident.certificates.exists(c, c.kind == "RESIDENCE")
SELECT resident.person_id AS subject_id, ? AS target_kind, resident.person_id AS target_id, ? AS verdict, ? AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE resident.person_id IN (SELECT c.person_id
FROM papers AS c
WHERE c.kind = ? AND c.person_id IS NOT NULL)
-- param_1 = resident
-- param_2 = match
-- param_3 = normal
-- param_4 = RESIDENCE

-- !resident.certificates.exists(c, c.kind == "RESIDENCE" && c.valid_to >= today)
SELECT resident.person_id AS subject_id, ? AS target_kind, resident.person_id AS target_id, CASE WHEN (NOT (EXISTS (SELECT c_2.person_id
FROM papers AS c_2
WHERE c_2.person_id = resident.person_id AND c_2.kind = ? AND (c_2.valid_to >= ? OR c_2.valid_to IS NULL)))) THEN ? ELSE ? END AS verdict, ? AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE NOT (EXISTS (SELECT c.person_id
FROM papers AS c
WHERE c.person_id = resident.person_id AND c.kind = ? AND c.valid_to >= ?))
-- param_1 = resident
-- param_2 = RESIDENCE
-- param_3 = 2026-11-23
-- param_4 = match
-- param_5 = unknown
-- param_6 = normal
-- param_7 = RESIDENCE
-- param_8 = 2026-11-23

-- resident.certificates.all(c, c.valid_to >= today)
SELECT resident.person_id AS subject_id, ? AS target_kind, resident.person_id AS target_id, CASE WHEN (NOT (EXISTS (SELECT c_2.person_id
FROM papers AS c_2
WHERE c_2.person_id = resident.person_id AND (c_2.valid_to < ? OR c_2.valid_to IS NULL)))) THEN ? ELSE ? END AS verdict, ? AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE NOT (EXISTS (SELECT c.person_id
FROM papers AS c
WHERE c.person_id = resident.person_id AND c.valid_to < ?))
-- param_1 = resident
-- param_2 = 2026-11-23
-- param_3 = match
-- param_4 = unknown
-- param_5 = normal
-- param_6 = 2026-11-23

-- resident.certificates.exists_one(c, c.valid_to >= today)
SELECT resident.person_id AS subject_id, ? AS target_kind, resident.person_id AS target_id, CASE WHEN ((SELECT count(*) AS count_1
FROM papers AS c_3
WHERE c_3.person_id = resident.person_id AND c_3.valid_to >= ?) >= ? AND (SELECT count(*) AS count_2
FROM papers AS c_4
WHERE c_4.person_id = resident.person_id AND (c_4.valid_to >= ? OR c_4.valid_to IS NULL)) <= ?) THEN ? ELSE ? END AS verdict, ? AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE (SELECT count(*) AS count_3
FROM papers AS c
WHERE c.person_id = resident.person_id AND c.valid_to >= ?) <= ? AND (SELECT count(*) AS count_4
FROM papers AS c_2
WHERE c_2.person_id = resident.person_id AND (c_2.valid_to >= ? OR c_2.valid_to IS NULL)) >= ?
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
SELECT resident.person_id AS subject_id, ? AS target_kind, resident.person_id AS target_id, CASE WHEN ((SELECT count(*) AS count_1
FROM papers AS c_2
WHERE c_2.person_id = resident.person_id AND c_2.valid_to < ?) > ?) THEN ? ELSE ? END AS verdict, ? AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE (SELECT count(*) AS count_2
FROM papers AS c
WHERE c.person_id = resident.person_id AND (c.valid_to < ? OR c.valid_to IS NULL)) > ?
-- param_1 = resident
-- param_2 = 2026-11-23
-- param_3 = 1
-- param_4 = match
-- param_5 = unknown
-- param_6 = normal
-- param_7 = 2026-11-23
-- param_8 = 1

-- resident.certificates.exists(c, c.valid_to < resident.birth_date)
SELECT resident.person_id AS subject_id, ? AS target_kind, resident.person_id AS target_id, CASE WHEN (EXISTS (SELECT c_2.person_id
FROM papers AS c_2
WHERE c_2.person_id = resident.person_id AND c_2.valid_to < resident.birth_date)) THEN ? ELSE ? END AS verdict, ? AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE EXISTS (SELECT c.person_id
FROM papers AS c
WHERE c.person_id = resident.person_id AND (c.valid_to < resident.birth_date OR c.valid_to IS NULL OR resident.birth_date IS NULL))
-- param_1 = resident
-- param_2 = match
-- param_3 = unknown
-- param_4 = normal

-- resident.household.members.exists(m, m.certificates.exists(c, c.valid_to < today))
SELECT resident.person_id AS subject_id, ? AS target_kind, resident.person_id AS target_id, CASE WHEN (resident.home_id IS NOT NULL AND (EXISTS (SELECT m_2.home_id
FROM people AS m_2
WHERE m_2.home_id = resident.home_id AND (EXISTS (SELECT c_2.person_id
FROM papers AS c_2
WHERE c_2.person_id = m_2.person_id AND c_2.valid_to < ?))))) THEN ? ELSE ? END AS verdict, ? AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE resident.home_id IS NULL OR (EXISTS (SELECT m.home_id
FROM people AS m
WHERE m.home_id = resident.home_id AND (EXISTS (SELECT c.person_id
FROM papers AS c
WHERE c.person_id = m.person_id AND (c.valid_to < ? OR c.valid_to IS NULL)))))
-- param_1 = resident
-- param_2 = 2026-11-23
-- param_3 = match
-- param_4 = unknown
-- param_5 = normal
-- param_6 = 2026-11-23

-- resident.lives_alone || resident.certificates.exists(c, c.points == null)
SELECT resident.person_id AS subject_id, ? AS target_kind, resident.person_id AS target_id, CASE WHEN (resident.lives_alone = ? OR (EXISTS (SELECT c_2.person_id
FROM papers AS c_2
WHERE c_2.person_id = resident.person_id AND c_2.points IS NULL))) THEN ? ELSE ? END AS verdict, ? AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE resident.lives_alone = ? OR resident.lives_alone IS NULL OR (EXISTS (SELECT c.person_id
FROM papers AS c
WHERE c.person_id = resident.person_id AND c.points IS NULL))
-- param_1 = resident
-- param_2 = True
-- param_3 = match
-- param_4 = unknown
-- param_5 = normal
-- param_6 = True

-- resident.certificates.exists(c, c.kind == "RESIDENCE") && !resident.certificates.exists(c, c.kind == "RESIDENCE" && c.valid_to >= today)
SELECT resident.person_id AS subject_id, ? AS target_kind, resident.person_id AS target_id, CASE WHEN (NOT (EXISTS (SELECT c_3.person_id
FROM papers AS c_3
WHERE c_3.person_id = resident.person_id AND c_3.kind = ? AND (c_3.valid_to >= ? OR c_3.valid_to IS NULL)))) THEN ? ELSE ? END AS verdict, ? AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE resident.person_id IN (SELECT c.person_id
FROM papers AS c
WHERE c.kind = ? AND c.person_id IS NOT NULL) AND NOT (EXISTS (SELECT c_2.person_id
FROM papers AS c_2
WHERE c_2.person_id = resident.person_id AND c_2.kind = ? AND c_2.valid_to >= ?))
-- param_1 = resident
-- param_2 = RESIDENCE
-- param_3 = 2026-11-23
-- param_4 = match
-- param_5 = unknown
-- param_6 = normal
-- param_7 = RESIDENCE
-- param_8 = RESIDENCE
-- param_9 = 2026-11-23

-- resident.certificates.exists(c, c.kind == "RESIDENCE") && resident.certificates.exists(d, d.valid_to >= today && d.kind == "RESIDENCE")
SELECT resident.person_id AS subject_id, ? AS target_kind, resident.person_id AS target_id, CASE WHEN (EXISTS (SELECT d_2.person_id
FROM papers AS d_2
WHERE d_2.person_id = resident.person_id AND (+ d_2.valid_to) >= ? AND d_2.kind = ?)) THEN ? ELSE ? END AS verdict, ? AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE resident.person_id IN (SELECT d.person_id
FROM papers AS d
WHERE ((+ d.valid_to) >= ? OR d.valid_to IS NULL) AND d.kind = ? AND d.person_id IS NOT NULL)
-- param_1 = resident
-- param_2 = 2026-11-23
-- param_3 = RESIDENCE
-- param_4 = match
-- param_5 = unknown
-- param_6 = normal
-- param_7 = 2026-11-23
-- param_8 = RESIDENCE

-- age(resident.birth_date) >= 80
SELECT resident.person_id AS subject_id, ? AS target_kind, resident.person_id AS target_id, CASE WHEN ((+ resident.birth_date) <= ?) THEN ? ELSE ? END AS verdict, ? AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE (+ resident.birth_date) <= ? OR resident.birth_date IS NULL
-- param_1 = resident
-- param_2 = 1946-11-23
-- param_3 = match
-- param_4 = unknown
-- param_5 = normal
-- param_6 = 1946-11-23

-- !(age(resident.birth_date) >= 80)
SELECT resident.person_id AS subject_id, ? AS target_kind, resident.person_id AS target_id, CASE WHEN ((+ resident.birth_date) > ?) THEN ? ELSE ? END AS verdict, ? AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE (+ resident.birth_date) > ? OR resident.birth_date IS NULL
-- param_1 = resident
-- param_2 = 1946-11-23
-- param_3 = match
-- param_4 = unknown
-- param_5 = normal
-- param_6 = 1946-11-23

-- year(resident.birth_date) == 1946
SELECT resident.person_id AS subject_id, ? AS target_kind, resident.person_id AS target_id, CASE WHEN (resident.birth_date >= ? AND resident.birth_date < ?) THEN ? ELSE ? END AS verdict, ? AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE (resident.birth_date >= ? OR resident.birth_date IS NULL) AND (resident.birth_date < ? OR resident.birth_date IS NULL)
-- param_1 = resident
-- param_2 = 1946-01-01
-- param_3 = 1947-01-01
-- param_4 = match
-- param_5 = unknown
-- param_6 = normal
-- param_7 = 1946-01-01
-- param_8 = 1947-01-01

-- anniversary_in(resident.birth_date, today, today + days(60))
SELECT resident.person_id AS subject_id, ? AS target_kind, resident.person_id AS target_id, CASE WHEN ((+ resident.birth_date) <= ? AND (substr(resident.birth_date, ?) >= ? OR substr(resident.birth_date, ?) <= ?)) THEN ? ELSE ? END AS verdict, ? AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE resident.birth_date IS NULL OR (+ resident.birth_date) <= ? AND (substr(resident.birth_date, ?) >= ? OR substr(resident.birth_date, ?) <= ?)
-- param_1 = resident
-- param_2 = 2026-01-22
-- substr_1 = 6
-- param_3 = 11-23
-- param_4 = 01-22
-- param_5 = match
-- param_6 = unknown
-- param_7 = normal
-- param_8 = 2026-01-22
-- substr_2 = 6
-- param_9 = 11-23
-- param_10 = 01-22

-- !anniversary_in(resident.birth_date, today, today + days(60))
SELECT resident.person_id AS subject_id, ? AS target_kind, resident.person_id AS target_id, CASE WHEN ((+ resident.birth_date) > ? OR substr(resident.birth_date, ?) < ? AND substr(resident.birth_date, ?) > ?) THEN ? ELSE ? END AS verdict, ? AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE resident.birth_date IS NULL OR (+ resident.birth_date) > ? OR substr(resident.birth_date, ?) < ? AND substr(resident.birth_date, ?) > ?
-- param_1 = resident
-- param_2 = 2026-01-22
-- substr_1 = 6
-- param_3 = 11-23
-- param_4 = 01-22
-- param_5 = match
-- param_6 = unknown
-- param_7 = normal
-- param_8 = 2026-01-22
-- substr_2 = 6
-- param_9 = 11-23
-- param_10 = 01-22

-- resident.hukou_code.startsWith("3301")
SELECT resident.person_id AS subject_id, ? AS target_kind, resident.person_id AS target_id, CASE WHEN (substr(resident.hukou_code, ?, ?) = ?) THEN ? ELSE ? END AS verdict, ? AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE resident.hukou_code IS NULL OR substr(resident.hukou_code, ?, ?) = ?
-- param_1 = resident
-- substr_1 = 1
-- substr_2 = 4
-- param_2 = 3301
-- param_3 = match
-- param_4 = unknown
-- param_5 = normal
-- substr_3 = 1
-- substr_4 = 4
-- param_6 = 3301

-- resident.name.endsWith("a") && !resident.name.contains("b")
SELECT resident.person_id AS subject_id, ? AS target_kind, resident.person_id AS target_id, ? AS verdict, ? AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE substr(resident.name, ?) = ? AND instr(resident.name, ?) = ?
-- param_1 = resident
-- param_2 = match
-- param_3 = normal
-- substr_1 = -1
-- param_4 = a
-- param_5 = b
-- instr_1 = 0

-- resident.name.size() > 2
SELECT resident.person_id AS subject_id, ? AS target_kind, resident.person_id AS target_id, ? AS verdict, ? AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE length(resident.name) > ?
-- param_1 = resident
-- param_2 = match
-- param_3 = normal
-- param_4 = 2

-- resident.name < "a"
SELECT resident.person_id AS subject_id, ? AS target_kind, resident.person_id AS target_id, ? AS verdict, ? AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE resident.name < ?
-- param_1 = resident
-- param_2 = match
-- param_3 = normal
-- param_4 = a

-- resident.care_level in [2, 4]
SELECT resident.person_id AS subject_id, ? AS target_kind, resident.person_id AS target_id, CASE WHEN (resident.care_level IN (?, ?)) THEN ? ELSE ? END AS verdict, ? AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE resident.care_level IN (?, ?) OR resident.care_level IS NULL
-- param_1 = resident
-- param_2 = 2
-- param_3 = 4
-- param_4 = match
-- param_5 = unknown
-- param_6 = normal
-- param_7 = 2
-- param_8 = 4

-- !(resident.care_level in [2, 4])
SELECT resident.person_id AS subject_id, ? AS target_kind, resident.person_id AS target_id, CASE WHEN ((resident.care_level NOT IN (?, ?))) THEN ? ELSE ? END AS verdict, ? AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE (resident.care_level NOT IN (?, ?)) OR resident.care_level IS NULL
-- param_1 = resident
-- param_2 = 2
-- param_3 = 4
-- param_4 = match
-- param_5 = unknown
-- param_6 = normal
-- param_7 = 2
-- param_8 = 4

-- resident.hukou_code != resident.live_code
SELECT resident.person_id AS subject_id, ? AS target_kind, resident.person_id AS target_id, CASE WHEN (resident.hukou_code != resident.live_code) THEN ? ELSE ? END AS verdict, ? AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE resident.hukou_code != resident.live_code OR resident.hukou_code IS NULL OR resident.live_code IS NULL
-- param_1 = resident
-- param_2 = match
-- param_3 = unknown
-- param_4 = normal

-- resident.household.income < 1138.51
SELECT resident.person_id AS subject_id, ? AS target_kind, resident.person_id AS target_id, CASE WHEN (household.income < ?) THEN ? ELSE ? END AS verdict, ? AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident LEFT OUTER JOIN homes AS household ON (+ resident.home_id) = household.home_id
WHERE household.income < ? OR household.income IS NULL
-- param_1 = resident
-- param_2 = 1138.51
-- param_3 = match
-- param_4 = unknown
-- param_5 = normal
-- param_6 = 1138.51

-- resident.household == null
SELECT resident.person_id AS subject_id, ? AS target_kind, resident.person_id AS target_id, ? AS verdict, ? AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE resident.home_id IS NULL
-- param_1 = resident
-- param_2 = match
-- param_3 = normal

-- resident.death_on == null && !resident.veteran
SELECT resident.person_id AS subject_id, ? AS target_kind, resident.person_id AS target_id, ? AS verdict, ? AS grade, CAST(NULL AS DATE) AS due_on
FROM people AS resident
WHERE resident.death_on IS NULL AND (resident.veteran != ? OR resident.veteran IS NULL)
-- param_1 = resident
-- param_2 = match
-- param_3 = normal
-- param_4 = True
