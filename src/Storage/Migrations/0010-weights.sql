-- Weights that jobs start from: uploaded once under a name, never changed. Kept as safetensors, whatever they came as.

create table weights (
    id            uuid primary key,
    name          text not null unique,
    format        text not null check (format in ('safetensors', 'torch')),   -- what was uploaded
    tensors       integer not null,
    parameters    bigint not null,
    bytes         bigint not null,
    sha256        bytea not null,
    upload_bytes  bigint not null,
    upload_sha256 bytea not null,
    created_at    timestamptz not null default now()
);

create table weights_chunk (
    weights_id uuid not null references weights on delete cascade deferrable initially deferred,
    number     integer not null,
    sha256     bytea not null,
    bytes      bytea not null,
    primary key (weights_id, number)
);
-- Trained weights do not compress; trying would only cost time.
alter table weights_chunk alter column bytes set storage external;
