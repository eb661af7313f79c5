-- Everything that MariaDB's dumps write in ways of their own; see tests/unit/test_dumps_as_servers.py.
CREATE TABLE `texts` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `t` text CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT 'none; (it''s)',
  `v` varchar(80) CHARACTER SET utf8mb4 DEFAULT NULL COMMENT 'a, b); -- "c"',
  PRIMARY KEY (`id`),
  KEY `by_v` (`v`(10))
);
INSERT INTO `texts` (`t`, `v`) VALUES
  ('', NULL), (NULL, ''), ('NULL', 'null'), ('it''s', '"quoted"'), ('a\\b\\', '\\'), ('\\''', '''\\'),
  ('tab\there', 'line\nbreak'), ('\r\n', '\0nul\Z'), ('),(', ''','''), ('0x41', '\\N'), ('-- no comment', '/* nor */'),
  ('1;\nINSERT INTO `texts` VALUES (9,''n'',''n'');\n', '*/ # no'), ('سنڌي ڪتاب', 'ಕನ್ನಡ'), ('😀', 'é'), (' ', '  x '),
  ('100%', 'a\_b\%c'), ('`tick`', 'semi;colon'), ('\\.', 'COPY x FROM stdin;');

CREATE TABLE `numbers` (
  `i` int(11) DEFAULT NULL, `b` bigint(20) unsigned DEFAULT 18446744073709551615, `d` decimal(20,6) DEFAULT -0.500000,
  `f` float DEFAULT NULL, `e` double DEFAULT NULL, `z` int(6) unsigned zerofill DEFAULT NULL, `o` tinyint(1) DEFAULT 0,
  `y` year(4) DEFAULT NULL
);
INSERT INTO `numbers` VALUES
  (-2147483648, 0, 12345678901234.567891, 1.5, 1e300, 42, 1, 2021), (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (0, 18446744073709551615, -0.000001, -1.5e-10, -2.2250738585072014e-308, 0, -1, 1901), (7, 7, 7, 3e10, 0.1, 7, 7, 0000);

CREATE TABLE `days` (
  `d` date DEFAULT '2021-01-31', `t` time(3) DEFAULT NULL, `dt` datetime(6) DEFAULT NULL,
  `ts` timestamp NULL DEFAULT NULL
);
INSERT INTO `days` VALUES
  ('2021-06-30', '-838:59:59.000', '2021-06-30 23:59:59.999999', '2021-06-30 12:00:00'), (NULL, NULL, NULL, NULL),
  ('1000-01-01', '00:00:00.001', '9999-12-31 00:00:00', '1971-01-02 00:00:00');

CREATE TABLE `bits` (`one` bit(1) DEFAULT b'0', `many` bit(20) DEFAULT NULL, `full` bit(64) DEFAULT b'101');
INSERT INTO `bits` VALUES
  (b'0', b'0', 0), (b'1', b'10100111001', 18446744073709551615), (NULL, NULL, NULL), (1, 39, 10), (0, 0x5c27, 0x27);

CREATE TABLE `blobs` (`b` blob, `v` varbinary(20) DEFAULT NULL, `k` binary(4) DEFAULT NULL, `t` longblob);
INSERT INTO `blobs` VALUES
  (0x00FF10275C22, 0x27, 'ab', 'plain text'), (NULL, NULL, NULL, NULL), ('', '', '', ''), (0x0A0D1A08, 0x5C, 0xDEADBEEF, 'it''s'),
  (0x2C2829, 0x3B, 0x4E554C4C, 0xC3A9);

CREATE TABLE `kinds` (
  `e` enum('a','it''s','x,y') DEFAULT NULL, `s` set('p','q','r') DEFAULT NULL, `j` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL CHECK (json_valid(`j`)),
  `u` uuid DEFAULT NULL, `n` inet6 DEFAULT NULL
);
INSERT INTO `kinds` VALUES
  ('it''s', 'p,r', '{"a": [1, "b\\n", null]}', '123e4567-e89b-12d3-a456-426655440000', '::1'), (NULL, '', NULL, NULL, NULL),
  ('x,y', NULL, '[]', NULL, '2001:db8::ff00:42:8329');

CREATE TABLE `worked out` (
  `a` int(11) DEFAULT NULL, `twice` int(11) GENERATED ALWAYS AS (`a` * 2) VIRTUAL, `b``c` text DEFAULT NULL,
  `kept` varchar(9) GENERATED ALWAYS AS (concat(`a`, ')')) STORED, `x"y` int(11) DEFAULT 5, `select` int(11) DEFAULT NULL
);
INSERT INTO `worked out` (`a`, `b``c`, `select`) VALUES (1, 'x', 2), (NULL, NULL, NULL), (3, '', 4);

CREATE TABLE `unseen` (`a` int(11) DEFAULT NULL, `h` int(11) INVISIBLE DEFAULT 3, `z` text DEFAULT NULL);
INSERT INTO `unseen` (`a`, `h`, `z`) VALUES (1, 2, 'x'), (4, NULL, NULL);

CREATE TABLE `old_page` (`t` varchar(40) DEFAULT NULL) DEFAULT CHARSET=latin1;
INSERT INTO `old_page` VALUES ('café'), ('naïve €'), (NULL);

CREATE TABLE `never_filled` (`a` int(11) DEFAULT NULL, `b` text);

CREATE TABLE `parted` (`id` int(11) NOT NULL, `m` int(11) NOT NULL)
PARTITION BY RANGE (`m`) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE);
INSERT INTO `parted` VALUES (1, 1), (2, 11), (3, 12);

CREATE TABLE `one` (`only` text DEFAULT NULL);
INSERT INTO `one` VALUES (''), (NULL), ('x'), (''), ('\n'), ('''');

CREATE TABLE `history` (`a` int(11) DEFAULT NULL) WITH SYSTEM VERSIONING;
INSERT INTO `history` VALUES (1), (2);
UPDATE `history` SET `a` = 3 WHERE `a` = 2;

CREATE SEQUENCE `counter` START WITH 5;
CREATE VIEW `seen` AS SELECT `id`, concat(`t`, ';') AS `t` FROM `texts` WHERE `t` <> 'INSERT INTO x VALUES (1);';

DELIMITER ;;
CREATE TRIGGER `before_one` BEFORE INSERT ON `numbers` FOR EACH ROW BEGIN
  IF NEW.i IS NULL THEN SET NEW.o = 0; END IF;
  INSERT INTO never_filled VALUES (1, 'by trigger');
END ;;
CREATE PROCEDURE `fill`(IN n INT)
BEGIN
  DECLARE i INT DEFAULT 0;
  WHILE i < n DO
    INSERT INTO `one` VALUES ('by routine');
    SET i = i + 1;
  END WHILE;
  DELETE FROM `one`;
END ;;
CREATE FUNCTION `half`(x INT) RETURNS int(11) DETERMINISTIC
BEGIN
  CASE WHEN x = 0 THEN RETURN 0; ELSE RETURN x / 2; END CASE;
END ;;
CREATE EVENT `nightly` ON SCHEDULE EVERY 1 DAY DO BEGIN UPDATE `one` SET `only` = 'x;'; DROP TABLE `one`; END ;;
DELIMITER ;
