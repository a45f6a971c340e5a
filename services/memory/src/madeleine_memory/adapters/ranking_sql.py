"""The statement that finds what may be relevant and measures it: one round trip, some hundred candidates.

Candidates come from the postings of the query's rarer words, from the nearest vectors and from the time asked about;
with them their neighbours in the conversation. Only for those are the parts of the score computed.
"""

# A lexeme's postings are read up to here: one that more memories hold tells little, and reading it would take long.
_MOST_HOLDERS = 1000
# Postings read in all, the rarest lexemes first.
_MOST_POSTINGS = 8_000
_LEXICAL, _DENSE, _TIMED = 100, 60, 40
# Of so many of the best, the neighbours are candidates too: what follows a turn that has the words, or means what is
# asked; and what came before one that means it. On LoCoMo, ten times as many of each find nothing more.
_AROUND = 40
# From how many vectors on a space has an index over them (approximate; below, an exact scan takes a few milliseconds).
NEAR_FROM = 10_000

_VISIBLE = """m.state = 'active' AND NOT m.waits AND m.occurred_at < $4
      AND ($5::timestamptz IS NULL OR m.occurred_at >= $5) AND ($12 OR m.valid_to IS NULL OR m.valid_to > $4)
      AND m.memory_id NOT IN (SELECT memory_id FROM excluded)"""
# BM25 (Robertson and Zaragoza 2009; k1 1.2, b 0.75) over the lexemes of the audience's own memories: what is rare is
# told by what they may see, so that nobody's ranking betrays what others wrote. Length is counted in distinct lexemes.
_BM25 = "idf * {times} * 2.2 / ({times} + 1.2 * (0.25 + 0.75 * {words} / {mean}))"

FOUND = f"""
WITH query AS MATERIALIZED (
    -- Read once: as a parameter it would be parsed for each row.
    SELECT $7::text::halfvec AS vector
), excluded AS MATERIALIZED (
    -- What comes from nothing but the events that are excluded.
    SELECT memory_id FROM memory_source s WHERE event_id = ANY ($6::uuid[])
      AND NOT EXISTS (SELECT FROM memory_source o WHERE o.memory_id = s.memory_id AND o.event_id <> ALL ($6))
), asked AS MATERIALIZED (
    SELECT unnest(tsvector_to_array(to_tsvector('english', $1) || array_to_tsvector($2::text[]))) AS lexeme
), audience AS MATERIALIZED (
    SELECT space, space_key, memories, words, near_index FROM space_use WHERE space = ANY ($3::text[])
), corpus AS MATERIALIZED (
    SELECT greatest(sum(memories), 1)::float8 AS size,
           greatest(sum(words) / greatest(sum(memories), 1), 1)::float8 AS mean FROM audience
), held AS MATERIALIZED (
    SELECT a.lexeme, sum(h.holders)::float8 AS holders
    FROM asked a CROSS JOIN audience s CROSS JOIN LATERAL (
        SELECT count(*) AS holders FROM (
            SELECT FROM posting p WHERE p.space_key = s.space_key AND p.lexeme = a.lexeme LIMIT {_MOST_HOLDERS}
        ) counted) h
    GROUP BY a.lexeme
), telling AS MATERIALIZED (
    SELECT lexeme, ln(1 + (greatest(size, holders) - holders + 0.5) / (holders + 0.5)) AS idf,
           sum(holders) OVER rarest_first <= {_MOST_POSTINGS} AND holders < {_MOST_HOLDERS}
           OR row_number() OVER rarest_first = 1 AS leads
    FROM held CROSS JOIN corpus WHERE holders > 0 WINDOW rarest_first AS (ORDER BY holders, lexeme)
), hit AS MATERIALIZED (
    SELECT p.memory_id, sum({_BM25.format(times="p.times", words="p.words", mean="mean")}) AS score
    FROM telling t CROSS JOIN corpus CROSS JOIN audience s CROSS JOIN LATERAL (
        SELECT memory_id, times::float8, words FROM posting p
        WHERE p.space_key = s.space_key AND p.lexeme = t.lexeme LIMIT {_MOST_HOLDERS}) p
    WHERE t.leads GROUP BY p.memory_id
), lexical AS MATERIALIZED (
    SELECT h.memory_id, row_number() OVER () <= {_AROUND} AS best
    FROM (SELECT memory_id FROM hit ORDER BY score DESC, memory_id OFFSET 0) h
    CROSS JOIN LATERAL (SELECT FROM memory m WHERE m.memory_id = h.memory_id AND {_VISIBLE} OFFSET 0) seen
    LIMIT {_LEXICAL}
), scanned AS (
    SELECT v.memory_id, v.distance FROM audience s CROSS JOIN LATERAL (
        SELECT v.memory_id, v.embedding <=> (SELECT vector FROM query) AS distance FROM memory_vector v
        WHERE NOT s.near_index AND $7 IS NOT NULL AND v.space = s.space AND v.embedding IS NOT NULL
          AND v.model = $8 OFFSET 0) v
    UNION ALL
    SELECT v.memory_id, v.distance FROM audience s CROSS JOIN LATERAL (
        SELECT v.memory_id, v.embedding <=> (SELECT vector FROM query) AS distance FROM memory_vector v
        WHERE s.near_index AND $7 IS NOT NULL AND v.near AND v.space = s.space AND v.model = $8
        ORDER BY v.embedding <=> (SELECT vector FROM query) LIMIT 2 * {_DENSE}) v
), dense AS MATERIALIZED (
    SELECT n.memory_id, row_number() OVER () <= {_AROUND} AS best
    FROM (SELECT memory_id FROM scanned ORDER BY distance, memory_id OFFSET 0) n
    CROSS JOIN LATERAL (SELECT FROM memory m WHERE m.memory_id = n.memory_id AND {_VISIBLE} OFFSET 0) seen
    LIMIT {_DENSE}
), timed AS (
    SELECT t.memory_id FROM audience s CROSS JOIN LATERAL (
        SELECT m.memory_id FROM memory m
        WHERE m.space = s.space AND m.occurred_at >= $10 AND m.occurred_at < $11 AND {_VISIBLE}
        ORDER BY m.occurred_at DESC LIMIT {_TIMED}
    ) t WHERE $10::timestamptz IS NOT NULL
), around AS MATERIALIZED (
    SELECT memory_id FROM lexical UNION SELECT memory_id FROM dense UNION SELECT memory_id FROM timed
    UNION SELECT b.follows FROM dense CROSS JOIN LATERAL (
        SELECT m.follows FROM memory m WHERE m.memory_id = dense.memory_id AND m.follows IS NOT NULL OFFSET 0) b
    WHERE dense.best
    UNION SELECT a.memory_id FROM (
        SELECT memory_id FROM lexical WHERE best UNION SELECT memory_id FROM dense WHERE best
    ) best CROSS JOIN LATERAL (
        SELECT m.memory_id FROM memory m WHERE m.follows = best.memory_id OFFSET 0) a
), candidate AS MATERIALIZED (
    SELECT m.memory_id, m.space, m.occurred_at, m.lexemes, m.words, m.salience, m.dated, m.speaker_name, m.touches,
           m.superseded_by, b.memory_id AS before_id, b.lexemes AS before_lexemes,
           coalesce(b.words, 0) AS before_words, a.memory_id AS after_id
    -- OFFSET 0 keeps each look-up one by key: the planner cannot know how few rows there are.
    FROM around CROSS JOIN LATERAL (
        SELECT * FROM memory m WHERE m.memory_id = around.memory_id AND m.space = ANY ($3) AND {_VISIBLE} OFFSET 0) m
    LEFT JOIN memory b ON b.memory_id = m.follows AND b.space = m.space AND b.state = 'active' AND NOT b.waits
    LEFT JOIN LATERAL (
        SELECT a.memory_id FROM memory a WHERE a.follows = m.memory_id AND a.space = m.space AND a.state = 'active'
          AND NOT a.waits AND a.occurred_at < $4
          AND a.memory_id NOT IN (SELECT memory_id FROM excluded)
        ORDER BY a.occurred_at LIMIT 1) a ON true
), own_word AS MATERIALIZED (
    SELECT m.memory_id, l.lexeme, coalesce(cardinality(l.positions), 1)::float8 AS times
    FROM (SELECT memory_id, lexemes FROM candidate
          UNION ALL SELECT DISTINCT ON (before_id) before_id, before_lexemes FROM candidate
          WHERE before_id IS NOT NULL AND before_id NOT IN (SELECT memory_id FROM candidate)) m
    CROSS JOIN LATERAL unnest(m.lexemes) AS l (lexeme, positions, weights)
    WHERE l.lexeme IN (SELECT lexeme FROM telling)
), word AS (
    SELECT memory_id, lexeme, sum(times) FILTER (WHERE own) AS own_times, sum(times) AS times
    FROM (SELECT memory_id, true AS own, lexeme, times FROM own_word
          UNION ALL
          SELECT c.memory_id, false, w.lexeme, w.times FROM candidate c JOIN own_word w ON w.memory_id = c.before_id
    ) both_turns GROUP BY memory_id, lexeme
), worded AS (
    SELECT w.memory_id,
           sum(CASE WHEN own_times > 0
                    THEN {_BM25.format(times="own_times", words="c.words", mean="mean")} ELSE 0 END) AS text,
           sum({_BM25.format(times="w.times", words="(c.words + c.before_words)", mean="(2 * mean)")}) AS words
    FROM word w JOIN telling USING (lexeme) JOIN candidate c USING (memory_id) CROSS JOIN corpus
    GROUP BY w.memory_id
)
SELECT c.memory_id::text, c.occurred_at, coalesce(w.text, 0)::float8 AS text, coalesce(w.words, 0)::float8 AS words,
       1 - (v.embedding <=> (SELECT vector FROM query)) AS meaning,
       1 - (bv.embedding <=> (SELECT vector FROM query)) AS before,
       1 - (av.embedding <=> (SELECT vector FROM query)) AS after,
       c.salience, c.dated, c.superseded_by IS NOT NULL AS superseded,
       -- "banana" does not name Ana; a name in a script without spaces (three bytes a character) stands anywhere.
       c.speaker_name <> '' AND position(
           CASE WHEN octet_length(c.speaker_name) >= 3 * char_length(c.speaker_name) THEN c.speaker_name
                ELSE ' ' || lower(c.speaker_name) || ' ' END IN $9) > 0 AS named,
       coalesce(c.occurred_at >= $10 AND c.occurred_at < $11, false) AS during,
       c.touches || ARRAY(SELECT u.used_at FROM memory_use u WHERE u.memory_id = c.memory_id
                          ORDER BY u.used_at DESC LIMIT 8) AS touches
FROM candidate c LEFT JOIN worded w USING (memory_id)
LEFT JOIN memory_vector v ON v.memory_id = c.memory_id AND v.model = $8
LEFT JOIN memory_vector bv ON bv.memory_id = c.before_id AND bv.model = $8
LEFT JOIN memory_vector av ON av.memory_id = c.after_id AND av.model = $8
"""  # noqa: S608 (constants only)
