-- A service that is known by its address alone may be asked by https.
UPDATE services SET content = json_set(content, '$.secure', json('false'));
