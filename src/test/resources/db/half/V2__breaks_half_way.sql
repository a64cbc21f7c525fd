create table first_half (id integer primary key);
alter table kept add column more text;
delete from kept;
insert into no_such_table values (1);
