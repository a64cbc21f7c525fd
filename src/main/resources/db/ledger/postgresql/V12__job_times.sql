-- The provider's times of each job, which every answer is compared with: to look for them in the record, PostgreSQL would
-- unpack and read all of it for each poll.
alter table job
    add column create_time text generated always as (record ->> 'createTime') stored,
    add column update_time text generated always as (record ->> 'updateTime') stored;
