<?php
$shop = new mysqli("localhost", "shop", "n0t-a-real-passw0rd", "shop");
foreach ($shop->query("SELECT id, article FROM orders ORDER BY id") as $row) {
    echo $row["id"], " ", $row["article"], "\n";
}
