"""The statement that ranks: one round trip from a query's words and vector to the best memories and why they are."""

# BM25 (Robertson and Zaragoza 2009; k1 1.2, b 0.75) over the lexemes of the audience's own memories: what is rare is
# told by what they may see, so that nobody's ranking betrays what others wrote. Length is counted in distinct lexemes.
_BM25 = """
    SELECT memory_id,
           sum(ln(1 + (corpus.size - holders + 0.5) / (holders + 0.5))
               * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * words / mean_words))) AS score
    FROM (SELECT *, count(*) OVER (PARTITION BY lexeme) AS holders FROM {hits}) h CROSS JOIN {corpus} corpus
    GROUP BY memory_id
"""
# Rounding alone can leave a deviation of some 1e-17 among equal values; what has no value stands at the mean.
_Z = """CASE WHEN stddev_pop({x}) OVER () > 1e-9
            THEN coalesce(({x} - avg({x}) OVER ()) / stddev_pop({x}) OVER (), 0) ELSE 0 END"""
RANKED = f"""
WITH asked AS (
    SELECT unnest(tsvector_to_array(to_tsvector('english', $1) || array_to_tsvector($2::text[]))) AS lexeme
), candidate AS MATERIALIZED (
    SELECT m.memory_id, m.space, m.kind = 1 AS said, m.occurred_at, m.lexemes, length(m.lexemes) AS words,
           m.salience, m.dated AND $9 AS answers_when,
           -- "banana" does not name Ana; a name in a script without spaces (three bytes a character) stands anywhere.
           m.speaker_name <> '' AND position(
               CASE WHEN octet_length(m.speaker_name) >= 3 * char_length(m.speaker_name) THEN m.speaker_name
                    ELSE ' ' || lower(m.speaker_name) || ' ' END IN $10) > 0 AS named,
           CASE WHEN m.embedding_model = $8 THEN 1 - (m.embedding <=> $7::text::vector) END AS meaning
    FROM memory m
    WHERE m.space = ANY ($3::text[]) AND m.state = 'active' AND m.occurred_at < $4
      AND ($5::timestamptz IS NULL OR m.occurred_at >= $5)
      AND (cardinality($6::uuid[]) = 0 OR EXISTS (
          SELECT FROM memory_source s WHERE s.memory_id = m.memory_id AND s.event_id <> ALL ($6)))
), near AS (
    SELECT c.*,
           said AND occurred_at - lag(occurred_at) OVER thread <= interval '1 hour' AS follows,
           lag(memory_id) OVER thread AS before_id, lag(words) OVER thread AS before_words,
           lag(meaning) OVER thread AS before_meaning,
           CASE WHEN said AND lead(occurred_at) OVER thread - occurred_at <= interval '1 hour'
                THEN lead(memory_id) OVER thread END AS after_id
    FROM candidate c WINDOW thread AS (PARTITION BY space, said ORDER BY occurred_at, memory_id)
), own_hit AS MATERIALIZED (
    SELECT c.memory_id, c.words::float8, coalesce(cardinality(l.positions), 1)::float8 AS times, l.lexeme
    FROM candidate c CROSS JOIN LATERAL unnest(c.lexemes) AS l (lexeme, positions, weights)
    JOIN asked USING (lexeme)
), pair_hit AS (
    SELECT memory_id, words, sum(times) AS times, lexeme
    FROM (SELECT n.memory_id, (n.words + CASE WHEN n.follows THEN n.before_words ELSE 0 END)::float8 AS words,
                 h.times, h.lexeme
          FROM near n JOIN own_hit h USING (memory_id)
          UNION ALL
          SELECT n.memory_id, (n.words + n.before_words)::float8, h.times, h.lexeme
          FROM near n JOIN own_hit h ON h.memory_id = n.before_id WHERE n.follows) both_turns
    GROUP BY memory_id, words, lexeme
), own_corpus AS (
    SELECT count(*)::float8 AS size, greatest(avg(words), 1)::float8 AS mean_words FROM candidate
), pair_corpus AS (
    SELECT count(*)::float8 AS size,
           greatest(avg(words + CASE WHEN follows THEN before_words ELSE 0 END), 1)::float8 AS mean_words FROM near
), own AS ({_BM25.format(hits="own_hit", corpus="own_corpus")}
), pair AS ({_BM25.format(hits="pair_hit", corpus="pair_corpus")}
), raw AS (
    SELECT n.*, coalesce(own.score, 0)::float8 AS text, coalesce(pair.score, 0)::float8 AS pair_text,
           n.meaning + CASE WHEN n.follows AND n.before_meaning IS NOT NULL THEN n.before_meaning
                            ELSE avg(n.meaning) OVER () END AS pair_meaning
    FROM near n LEFT JOIN own USING (memory_id) LEFT JOIN pair USING (memory_id)
), part AS (
    SELECT memory_id, occurred_at, text, pair_text, meaning, named, answers_when, salience, after_id,
           {_Z.format(x="text")} AS text_z, {_Z.format(x="meaning")} AS meaning_z,
           {_Z.format(x="pair_text")} AS words_z, {_Z.format(x="pair_meaning")} AS thread_z
    FROM raw
), whole AS (
    SELECT p.*, coalesce(a.meaning_z, 0) AS reply_z FROM part p LEFT JOIN part a ON a.memory_id = p.after_id
)
SELECT memory_id::text, text, text_z, meaning_z, words_z, thread_z, reply_z, named, answers_when AS "when", salience,
       ($11::float8[])[1] * meaning_z + ($11::float8[])[2] * words_z + ($11::float8[])[3] * thread_z
       + ($11::float8[])[4] * reply_z + ($11::float8[])[5] * named::int + ($11::float8[])[6] * answers_when::int
       + salience AS score
FROM whole
-- With neither a word in common nor a vector there is nothing that it could be relevant by.
WHERE pair_text > 0 OR meaning IS NOT NULL
ORDER BY score DESC, occurred_at DESC, memory_id DESC LIMIT $12
"""  # noqa: S608 (constants only)
