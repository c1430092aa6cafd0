-- MySQL dump
INSERT INTO `wp_posts` VALUES (1,'x');
INSERT INTO `wp_users` VALUES (1,'ada','$P$BsyweO7pAtt0W6XTRrs6EGBJVK7HT3.','ada','ada@x.test','','2026-02-18 12:00:00','',0,'Ada Lovelace'),(2,'grace','$wp$2y$12$LR6JsEZK3Vvjibyia03MGeAh3BXCtqMQovmA4Zd8EYNwS/iCnGeb6','grace','grace@x.test','','2026-02-18 12:00:00','',0,'grace');
