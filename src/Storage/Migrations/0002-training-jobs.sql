-- Training jobs: the row is the truth. Hangfire only says when to look at it.

create table training_job (
    id               uuid primary key,
    name             text not null,
    dataset_id       uuid not null,                     -- no foreign key: an ended job outlives its data set
    dataset_version  integer not null,
    plan             json not null,                     -- json, not jsonb: kept to the letter
    state            text not null check (state in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    queue            text not null,
    attempt          integer not null default 0,
    max_attempts     integer not null check (max_attempts > 0),
    fence            bigint not null default 0,         -- grows with every claim; writes name the one they were given
    worker           text,
    lease_until      timestamptz,
    cancel_requested boolean not null default false,
    progress         json,
    error            text,
    hangfire_id      text,
    model_version    text,
    revision         bigint not null default 1,
    event_count      bigint not null default 0,         -- the last event's sequence
    idempotency_key  text unique,
    request_hash     text not null,
    created_at       timestamptz not null default now(),
    updated_at       timestamptz not null default now(),
    started_at       timestamptz,
    finished_at      timestamptz,
    check ((state = 'running') = (lease_until is not null))
);
create index on training_job (state, id);
create index on training_job (dataset_id) where state in ('queued', 'running');

create table job_event (
    job_id   uuid not null references training_job on delete cascade,
    sequence bigint not null,
    type     text not null,
    message  text not null,
    data     json,
    at       timestamptz not null default now(),
    primary key (job_id, sequence)
);

create table metric (
    job_id uuid not null references training_job on delete cascade,
    name   text not null,
    step   bigint not null,
    value  double precision not null,
    primary key (job_id, name, step)
);

create table checkpoint (
    id         uuid primary key,
    job_id     uuid not null references training_job on delete cascade,
    epoch      integer not null,
    step       bigint not null,
    score      double precision,
    bytes      bigint not null,
    sha256     bytea not null,
    created_at timestamptz not null default now(),
    unique (job_id, step)
);

create table checkpoint_chunk (
    checkpoint_id uuid not null references checkpoint on delete cascade deferrable initially deferred,
    number        integer not null,
    sha256        bytea not null,
    bytes         bytea not null,
    primary key (checkpoint_id, number)
);
-- Trained weights do not compress; trying would only cost time.
alter table checkpoint_chunk alter column bytes set storage external;
