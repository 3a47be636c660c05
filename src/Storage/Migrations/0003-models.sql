-- Models: each finished job is a version; aliases move between versions.

create table model (
    name       text primary key,
    created_at timestamptz not null default now()
);

create table model_version (
    id            uuid primary key,
    model         text not null references model,
    version       integer not null,
    job_id        uuid not null unique references training_job,
    checkpoint_id uuid not null unique references checkpoint,
    plan          json not null,
    card          json not null,
    width         integer not null,
    created_at    timestamptz not null default now(),
    unique (model, version)
);

create table model_alias (
    model      text not null,
    alias      text not null,
    version    integer not null,
    revision   bigint not null default 1,
    updated_at timestamptz not null default now(),
    primary key (model, alias),
    foreign key (model, version) references model_version (model, version)
);
create index on model_alias (model, version);
