-- Its owner has discarded the app: it stays, and is not listed until they keep it after all.
ALTER TABLE apps ADD COLUMN discarded boolean NOT NULL DEFAULT false;
