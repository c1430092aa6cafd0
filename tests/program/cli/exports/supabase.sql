--
-- PostgreSQL database dump
--
COPY auth.identities (provider_id, user_id) FROM stdin;
1	2
\.

COPY auth.users (instance_id, id, email, encrypted_password, email_confirmed_at, raw_user_meta_data, created_at, phone, banned_until, deleted_at) FROM stdin;
0	1	ada@x.test	$2b$10$6sHsP8mULNRBV.NcnfbTMeYrCvNU5F5G3gCLNEv8yLN7H6RJ1EUqy	2026-02-18 12:00:00+00	{"first_name": "Ada", "last_name": "Lovelace"}	2026-02-18 12:00:00+00	\N	\N	\N
0	2	gone@x.test	$2b$10$6sHsP8mULNRBV.NcnfbTMeYrCvNU5F5G3gCLNEv8yLN7H6RJ1EUqy	\N	{}	2026-02-18 12:00:00+00	\N	\N	2026-03-01 12:00:00+00
\.
