-- A job that aligns two domains may have its target in another data set, which must not go away under it either.

alter table training_job add column target_dataset_id uuid, add column target_dataset_version integer;
create index on training_job (target_dataset_id) where state in ('queued', 'running') and target_dataset_id is not null;
