alter table job add column note text;
update job set note = 'a note on ' || id;
