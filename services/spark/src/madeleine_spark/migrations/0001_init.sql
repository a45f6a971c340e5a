-- Cards as their people list them. `card` is a madeleine.spark.v1.SparkCard; the rating may change and stands beside it.
CREATE TABLE sparks (
    spark_id  uuid PRIMARY KEY,
    person_id uuid NOT NULL,
    day       date NOT NULL,
    card      bytea NOT NULL,
    rating    integer NOT NULL
);
CREATE UNIQUE INDEX sparks_latest ON sparks (person_id, day DESC, spark_id DESC);
