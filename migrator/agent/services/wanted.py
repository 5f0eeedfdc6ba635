"""The settings of each service that say where its data is, where it listens, what it is for."""

from __future__ import absolute_import, division, print_function

# service: names of settings whose value is a directory of data, a port, or worth to be told
WANTED = {
    "mysql": (
        "datadir",
        "port",
        (
            "bind-address socket server-id log_bin log-bin innodb_buffer_pool_size "
            "character-set-server default-storage-engine lower_case_table_names "
            "replicate-do-db read_only "
            "innodb_flush_log_at_trx_commit innodb_doublewrite innodb_flush_method "
            "wsrep_cluster_address"
        ),
    ),
    "redis": (
        "dir",
        "port",
        "bind appendonly maxmemory replicaof slaveof cluster-enabled unixsocket",
    ),
    "mongodb": ("dbpath", "port", "bindip bind_ip replsetname replset authorization"),
    "elasticsearch": (
        "path.data",
        "http.port",
        "cluster.name node.name network.host discovery.seed_hosts",
    ),
    "cassandra": (
        "data_file_directories",
        "native_transport_port",
        "cluster_name listen_address seeds",
    ),
    "php-fpm": ("", "", "session.save_path session.save_handler"),
    "influxdb": ("dir", "", "bind-address"),
    "memcached": ("", "port", "-m -l -c cachesize maxconn"),
    "etcd": ("etcd_data_dir", "", "etcd_name etcd_listen_client_urls etcd_initial_cluster"),
    "zookeeper": ("datadir", "clientport", "server.1 server.2 server.3 ticktime"),
    "kafka": ("log.dirs", "", "broker.id listeners advertised.listeners zookeeper.connect"),
    "couchdb": ("database_dir", "port", "bind_address"),
    "neo4j": ("dbms.directories.data", "", "dbms.default_listen_address"),
    "sqlserver": ("defaultdatadir", "tcpport", ""),
    "lighttpd": ("", "server.port", "server.document-root server.bind"),
    "squid": ("", "http_port", "cache_dir cache_peer visible_hostname"),
    "varnish": ("", "varnish_listen_port", "varnish_storage varnish_backend_address .host .port"),
    "postfix": (
        "",
        "",
        (
            "myhostname mydomain myorigin mydestination relayhost mynetworks "
            "inet_interfaces home_mailbox virtual_mailbox_domains virtual_alias_maps "
            "smtpd_milters smtpd_tls_cert_file"
        ),
    ),
    "exim": (
        "",
        "",
        (
            "dc_eximconfig_configtype dc_other_hostnames dc_smarthost "
            "dc_local_interfaces dc_relay_nets"
        ),
    ),
    "dovecot": ("", "", "protocols mail_location listen ssl_cert"),
    "cyrus": ("partition-default", "", "configdirectory servername"),
    "clamav": ("databasedirectory", "tcpsocket", "localsocket"),
    "vsftpd": (
        "",
        "listen_port",
        (
            "listen anonymous_enable local_enable local_root chroot_local_user "
            "pasv_min_port pasv_max_port rsa_cert_file userlist_file"
        ),
    ),
    "proftpd": ("", "port", "servername defaultroot passiveports"),
    "pure-ftpd": ("", "", "bind chrooteveryone passiveportrange"),
    "tftpd": ("tftp_directory", "", "tftp_address tftp_options server_args"),
    "slapd": ("directory olcdbdirectory", "", "suffix olcsuffix database provider"),
    "bind": ("directory", "", "listen-on recursion forwarders"),
    "unbound": ("", "port", "interface forward-addr"),
    "dnsmasq": ("", "port", "interface listen-address dhcp-range server domain"),
    "dhcpd": ("", "", "subnet option range"),
    "openvpn": ("", "port", "proto dev remote server client ca cert"),
    "keepalived": ("", "", "state interface virtual_router_id priority"),
    "corosync": ("", "", "cluster_name transport bindnetaddr ring0_addr"),
    "zabbix-agent": ("", "listenport", "server serveractive hostname hostmetadata"),
    "zabbix-server": ("", "listenport", "dbhost dbname server"),
    "nrpe": ("", "server_port", "allowed_hosts server_address"),
    "snmpd": ("", "", "agentaddress syslocation syscontact"),
    "collectd": ("", "", "hostname interval"),
    "telegraf": ("", "", "urls interval hostname"),
    "datadog": ("", "", "site dd_url hostname"),
    "newrelic": ("", "", "display_name"),
    "munin-node": ("", "port", "host allow host_name"),
    "filebeat": ("", "", "hosts"),
    "grafana": ("", "http_port", "domain root_url"),
    "bacula-fd": ("", "fdport", "name"),
    "bareos-fd": ("", "fdport", "name"),
    "netbackup": ("", "", "server client_name"),
    "puppet": ("", "", "server environment certname"),
    "chef": ("", "", "chef_server_url node_name environment"),
    "salt": ("", "", "master id"),
    "ossec": ("", "", "address"),
    "rhsm": ("", "", "hostname baseurl"),
    "landscape": ("", "", "url account_name computer_title"),
    "docker": (
        "data-root graph",
        "",
        "storage-driver insecure-registries registry-mirrors log-driver",
    ),
    "mosquitto": ("persistence_location", "port listener", ""),
    "jenkins": ("jenkins_home", "http_port jenkins_port", ""),
    "minio": ("minio_volumes", "", ""),
    "sentinel": ("", "", "serveraddr"),
}  # type: dict[str, tuple[str, str, str]]
