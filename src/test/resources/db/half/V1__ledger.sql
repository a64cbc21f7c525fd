create table kept (id integer primary key);
insert into kept values (1);
