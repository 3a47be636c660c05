-- Jobs that came through OpenAI's interface: what it lets a request say that a plan has no place for, and how a request that was sent again is found.

create table fine_tuning_request (
    job_id                   uuid primary key references training_job on delete cascade,
    suffix                   text,
    method                   text,                      -- null where the plan's own name of it was given
    learning_rate_multiplier double precision,
    metadata                 json,                      -- json, not jsonb: kept to the letter
    by_retry                 boolean not null           -- the request that made the job said that it was not the first
);

create index on training_job (request_hash, id);
