<?php
define('DB_NAME', 'shop');
define('DB_PASSWORD', '5ecr3t-wordpress');
define('AUTH_KEY', '5ecr3t-auth');
