// Written by scripts/policy-data.mjs; lib/policy/code-rules.ts says what it means.
export const nova = `sources fb9d1ceb377f2643e2285bac6abfb0b9ed7b722689eb82b1531996404d7e9484
release ocata 15.1.5
release pike 16.1.6 16.1.8
release queens 17.0.7 17.0.13
release rocky 18.0.2 18.3.0
release stein 19.0.0 19.3.2
release train 20.0.0 20.6.1
release ussuri 21.0.0 21.2.4
release victoria 22.0.0 22.4.0
release wallaby 23.0.0 23.2.2
release xena 24.0.0 24.2.1
release yoga 25.0.0 25.3.0
release zed 26.0.0 26.3.0
release 2023.1 27.0.0 27.5.1
release 2023.2 28.0.0 28.3.1
release 2024.1 29.0.0 29.4.0
release 2024.2 30.0.0 30.3.0
release 2025.1 31.0.0 31.3.1
release 2025.2 32.0.0 32.2.1
release 2026.1 33.0.0 33.0.2
release 2026.2 34.0.0
check 0 is_admin:True
check 1 is_admin:True or project_id:%(project_id)s
check 2 role:admin
check 3 @
check 4 rule:admin_or_owner
check 5 rule:admin_api
check 6 is_admin:False
check 7 rule:admin_api or user_id:%(user_id)s
check 8 is_admin:True or quota_class:%(quota_class)s
check 9 rule:os_compute_api:os-server-groups
check 10 rule:os_compute_api:os-flavor-manage
check 11 rule:system_admin_api
check 12 rule:system_reader_api
check 13 rule:system_or_project_reader
check 14 !
check 15 rule:project_admin_api
check 16 rule:system_admin_or_owner
check 17 (rule:system_admin_api) or user_id:%(user_id)s
check 18 (rule:system_reader_api) or user_id:%(user_id)s
check 19 rule:project_member_api
check 20 role:admin and project_id:%(project_id)s
check 21 role:member and project_id:%(project_id)s
check 22 role:reader and project_id:%(project_id)s
check 23 role:admin and system_scope:all
check 24 rule:system_admin_api or rule:project_member_api
check 25 rule:system_reader_api or rule:project_reader_api
check 26 role:reader and system_scope:all
check 27 rule:context_is_admin
check 28 rule:project_reader_api
check 29 rule:project_reader_or_admin
check 30 (rule:context_is_admin) or user_id:%(user_id)s
check 31 (rule:project_reader_api) or role:admin
check 32 rule:project_reader_api or rule:context_is_admin
check 33 rule:project_member_or_admin
check 34 rule:project_member_api or rule:context_is_admin
check 35 rule:service_or_admin
check 36 rule:project_manager_or_admin
check 37 role:manager and project_id:%(project_id)s
check 38 rule:project_manager_api or rule:context_is_admin
check 39 role:service
check 40 rule:service_api or rule:context_is_admin
rule admin_api 15=0
rule admin_or_owner 15=1
rule cells_scheduler_filter:DifferentCellFilter 15=0 20=-
rule cells_scheduler_filter:TargetCellFilter 15=0 20=-
rule compute:aggregates:images 21=11 25=27
rule compute:server:topology:host:index 20=5 21=12 25=15 26=27
rule compute:server:topology:index 20=4 21=13 25=28 26=29
rule compute:servers:create:requested_destination 20=5 22=15 26=27
rule compute:servers:resize:cross_cell 21=14
rule context_is_admin 15=2 25=2|0@rule:admin_api
rule network:attach_external_network 15=0 21=15 26=27
rule os_compute_api:extension_info:discoverable 15=3 16=-
rule os_compute_api:extensions 15=4 22=3
rule os_compute_api:extensions:discoverable 15=3 16=-
rule os_compute_api:flavors 15=4 19=-
rule os_compute_api:flavors:discoverable 15=3 16=-
rule os_compute_api:image-metadata:discoverable 15=3 16=-
rule os_compute_api:image-size 15=4 19=-
rule os_compute_api:image-size:discoverable 15=3 16=-
rule os_compute_api:images:discoverable 15=3 16=-
rule os_compute_api:ips:discoverable 15=3 16=-
rule os_compute_api:ips:index 15=4 21=13 25=28 26=29
rule os_compute_api:ips:show 15=4 21=13 25=28 26=29
rule os_compute_api:limits 15=4 21=3
rule os_compute_api:limits:discoverable 15=3 16=-
rule os_compute_api:limits:other_project 21=12|5@os_compute_api:os-used-limits 25=15|5@os_compute_api:os-used-limits 26=27|5@os_compute_api:os-used-limits
rule os_compute_api:os-admin-actions 15=5 16=-
rule os_compute_api:os-admin-actions:discoverable 15=3 16=-
rule os_compute_api:os-admin-actions:inject_network_info 15=5 21=11 25=15 26=27
rule os_compute_api:os-admin-actions:reset_network 15=5 21=11 23=-
rule os_compute_api:os-admin-actions:reset_state 15=5 21=11 25=15 26=27
rule os_compute_api:os-admin-password 15=4 21=16 25=19 26=33
rule os_compute_api:os-admin-password:discoverable 15=3 16=-
rule os_compute_api:os-agents 15=5 21=-
rule os_compute_api:os-agents:create 21=11|5@os_compute_api:os-agents 23=-
rule os_compute_api:os-agents:delete 21=11|5@os_compute_api:os-agents 23=-
rule os_compute_api:os-agents:discoverable 15=3 16=-
rule os_compute_api:os-agents:list 21=12|5@os_compute_api:os-agents 23=-
rule os_compute_api:os-agents:update 21=11|5@os_compute_api:os-agents 23=-
rule os_compute_api:os-aggregates:add_host 15=5 21=11 25=27
rule os_compute_api:os-aggregates:create 15=5 21=11 25=27
rule os_compute_api:os-aggregates:delete 15=5 21=11 25=27
rule os_compute_api:os-aggregates:discoverable 15=3 16=-
rule os_compute_api:os-aggregates:index 15=5 21=12 25=27
rule os_compute_api:os-aggregates:remove_host 15=5 21=11 25=27
rule os_compute_api:os-aggregates:set_metadata 15=5 21=11 25=27
rule os_compute_api:os-aggregates:show 15=5 21=12 25=27
rule os_compute_api:os-aggregates:update 15=5 21=11 25=27
rule os_compute_api:os-assisted-volume-snapshots:create 15=5 21=11 25=27 32=35
rule os_compute_api:os-assisted-volume-snapshots:delete 15=5 21=11 25=27 32=35
rule os_compute_api:os-assisted-volume-snapshots:discoverable 15=3 16=-
rule os_compute_api:os-attach-interfaces 15=4 21=-
rule os_compute_api:os-attach-interfaces:create 15=4 21=16|4@os_compute_api:os-attach-interfaces 25=19|4@os_compute_api:os-attach-interfaces 26=33|4@os_compute_api:os-attach-interfaces
rule os_compute_api:os-attach-interfaces:delete 15=4 21=16|4@os_compute_api:os-attach-interfaces 25=19|4@os_compute_api:os-attach-interfaces 26=33|4@os_compute_api:os-attach-interfaces
rule os_compute_api:os-attach-interfaces:discoverable 15=3 16=-
rule os_compute_api:os-attach-interfaces:list 21=13|4@os_compute_api:os-attach-interfaces 25=28|4@os_compute_api:os-attach-interfaces 26=29|4@os_compute_api:os-attach-interfaces
rule os_compute_api:os-attach-interfaces:show 21=13|4@os_compute_api:os-attach-interfaces 25=28|4@os_compute_api:os-attach-interfaces 26=29|4@os_compute_api:os-attach-interfaces
rule os_compute_api:os-availability-zone:detail 15=5 21=12 25=27
rule os_compute_api:os-availability-zone:discoverable 15=3 16=-
rule os_compute_api:os-availability-zone:list 15=4 21=3
rule os_compute_api:os-baremetal-nodes 15=5 22=-
rule os_compute_api:os-baremetal-nodes:discoverable 15=3 16=-
rule os_compute_api:os-baremetal-nodes:list 22=12|5@os_compute_api:os-baremetal-nodes 25=27|5@os_compute_api:os-baremetal-nodes
rule os_compute_api:os-baremetal-nodes:show 22=12|5@os_compute_api:os-baremetal-nodes 25=27|5@os_compute_api:os-baremetal-nodes
rule os_compute_api:os-block-device-mapping-v1:discoverable 15=3 16=-
rule os_compute_api:os-block-device-mapping:discoverable 15=3 16=-
rule os_compute_api:os-cells 15=5 20=-
rule os_compute_api:os-cells:create 15=5 20=-
rule os_compute_api:os-cells:delete 15=5 20=-
rule os_compute_api:os-cells:discoverable 15=3 16=-
rule os_compute_api:os-cells:sync_instances 15=5 20=-
rule os_compute_api:os-cells:update 15=5 20=-
rule os_compute_api:os-certificates:create 15=4 16=-
rule os_compute_api:os-certificates:discoverable 15=3 16=-
rule os_compute_api:os-certificates:show 15=4 16=-
rule os_compute_api:os-cloudpipe 15=5 16=-
rule os_compute_api:os-cloudpipe:discoverable 15=3 16=-
rule os_compute_api:os-config-drive 15=4 19=-
rule os_compute_api:os-config-drive:discoverable 15=3 16=-
rule os_compute_api:os-console-auth-tokens 15=5 21=12 25=15 26=27
rule os_compute_api:os-console-auth-tokens:discoverable 15=3 16=-
rule os_compute_api:os-console-output 15=4 21=16 25=19 26=33
rule os_compute_api:os-console-output:discoverable 15=3 16=-
rule os_compute_api:os-consoles:create 15=4 21=-
rule os_compute_api:os-consoles:delete 15=4 21=-
rule os_compute_api:os-consoles:discoverable 15=3 16=-
rule os_compute_api:os-consoles:index 15=4 21=-
rule os_compute_api:os-consoles:show 15=4 21=-
rule os_compute_api:os-create-backup 15=4 21=16 25=19 26=33
rule os_compute_api:os-create-backup:discoverable 15=3 16=-
rule os_compute_api:os-deferred-delete 15=4 21=-
rule os_compute_api:os-deferred-delete:discoverable 15=3 16=-
rule os_compute_api:os-deferred-delete:force 21=16|4@os_compute_api:os-deferred-delete 25=19|4@os_compute_api:os-deferred-delete 26=33|4@os_compute_api:os-deferred-delete
rule os_compute_api:os-deferred-delete:restore 21=16|4@os_compute_api:os-deferred-delete 25=19|4@os_compute_api:os-deferred-delete 26=33|4@os_compute_api:os-deferred-delete
rule os_compute_api:os-evacuate 15=5 21=11 25=15 26=27
rule os_compute_api:os-evacuate:discoverable 15=3 16=-
rule os_compute_api:os-extended-availability-zone 15=4 19=-
rule os_compute_api:os-extended-availability-zone:discoverable 15=3 16=-
rule os_compute_api:os-extended-server-attributes 15=5 21=11 25=15 26=27
rule os_compute_api:os-extended-server-attributes:discoverable 15=3 16=-
rule os_compute_api:os-extended-status 15=4 19=-
rule os_compute_api:os-extended-status:discoverable 15=3 16=-
rule os_compute_api:os-extended-volumes 15=4 19=-
rule os_compute_api:os-extended-volumes:discoverable 15=3 16=-
rule os_compute_api:os-fixed-ips 15=5 18=-
rule os_compute_api:os-fixed-ips:discoverable 15=3 16=-
rule os_compute_api:os-flavor-access 15=4 21=12|4 25=27|4
rule os_compute_api:os-flavor-access:add_tenant_access 15=5 21=11 25=27
rule os_compute_api:os-flavor-access:discoverable 15=3 16=-
rule os_compute_api:os-flavor-access:remove_tenant_access 15=5 21=11 25=27
rule os_compute_api:os-flavor-extra-specs:create 15=5 21=11 25=27
rule os_compute_api:os-flavor-extra-specs:delete 15=5 21=11 25=27
rule os_compute_api:os-flavor-extra-specs:discoverable 15=3 16=-
rule os_compute_api:os-flavor-extra-specs:index 15=4 21=13 25=29
rule os_compute_api:os-flavor-extra-specs:show 15=4 21=13 25=29
rule os_compute_api:os-flavor-extra-specs:update 15=5 21=11 25=27
rule os_compute_api:os-flavor-manage 15=5 19=-
rule os_compute_api:os-flavor-manage:create 16=10 19=5 21=11 25=27
rule os_compute_api:os-flavor-manage:delete 16=10 19=5 21=11 25=27
rule os_compute_api:os-flavor-manage:discoverable 15=3 16=-
rule os_compute_api:os-flavor-manage:update 17=5 21=11 25=27
rule os_compute_api:os-flavor-rxtx 15=4 19=-
rule os_compute_api:os-flavor-rxtx:discoverable 15=3 16=-
rule os_compute_api:os-floating-ip-dns 15=4 18=-
rule os_compute_api:os-floating-ip-dns:discoverable 15=3 16=-
rule os_compute_api:os-floating-ip-dns:domain:delete 15=5 18=-
rule os_compute_api:os-floating-ip-dns:domain:update 15=5 18=-
rule os_compute_api:os-floating-ip-pools 15=4 22=3
rule os_compute_api:os-floating-ip-pools:discoverable 15=3 16=-
rule os_compute_api:os-floating-ips 15=4 22=-
rule os_compute_api:os-floating-ips-bulk 15=5 18=-
rule os_compute_api:os-floating-ips-bulk:discoverable 15=3 16=-
rule os_compute_api:os-floating-ips:add 22=16|4@os_compute_api:os-floating-ips 25=19|4@os_compute_api:os-floating-ips 26=33|4@os_compute_api:os-floating-ips
rule os_compute_api:os-floating-ips:create 22=16|4@os_compute_api:os-floating-ips 25=19|4@os_compute_api:os-floating-ips 26=33|4@os_compute_api:os-floating-ips
rule os_compute_api:os-floating-ips:delete 22=16|4@os_compute_api:os-floating-ips 25=19|4@os_compute_api:os-floating-ips 26=33|4@os_compute_api:os-floating-ips
rule os_compute_api:os-floating-ips:discoverable 15=3 16=-
rule os_compute_api:os-floating-ips:list 22=13|4@os_compute_api:os-floating-ips 25=28|4@os_compute_api:os-floating-ips 26=29|4@os_compute_api:os-floating-ips
rule os_compute_api:os-floating-ips:remove 22=16|4@os_compute_api:os-floating-ips 25=19|4@os_compute_api:os-floating-ips 26=33|4@os_compute_api:os-floating-ips
rule os_compute_api:os-floating-ips:show 22=13|4@os_compute_api:os-floating-ips 25=28|4@os_compute_api:os-floating-ips 26=29|4@os_compute_api:os-floating-ips
rule os_compute_api:os-fping 15=4 18=-
rule os_compute_api:os-fping:all_tenants 15=5 18=-
rule os_compute_api:os-fping:discoverable 15=3 16=-
rule os_compute_api:os-hide-server-addresses 15=6 19=-
rule os_compute_api:os-hide-server-addresses:discoverable 15=3 16=-
rule os_compute_api:os-hosts 15=5 22=-
rule os_compute_api:os-hosts:discoverable 15=3 16=-
rule os_compute_api:os-hosts:list 22=12|5@os_compute_api:os-hosts 25=27|5@os_compute_api:os-hosts
rule os_compute_api:os-hosts:reboot 22=11|5@os_compute_api:os-hosts 25=27|5@os_compute_api:os-hosts
rule os_compute_api:os-hosts:show 22=12|5@os_compute_api:os-hosts 25=27|5@os_compute_api:os-hosts
rule os_compute_api:os-hosts:shutdown 22=11|5@os_compute_api:os-hosts 25=27|5@os_compute_api:os-hosts
rule os_compute_api:os-hosts:start 22=11|5@os_compute_api:os-hosts 25=27|5@os_compute_api:os-hosts
rule os_compute_api:os-hosts:update 22=11|5@os_compute_api:os-hosts 25=27|5@os_compute_api:os-hosts
rule os_compute_api:os-hypervisors 15=5 21=-
rule os_compute_api:os-hypervisors:discoverable 15=3 16=-
rule os_compute_api:os-hypervisors:list 21=12|5@os_compute_api:os-hypervisors 25=27|5@os_compute_api:os-hypervisors
rule os_compute_api:os-hypervisors:list-detail 21=12|5@os_compute_api:os-hypervisors 25=27|5@os_compute_api:os-hypervisors
rule os_compute_api:os-hypervisors:search 21=12|5@os_compute_api:os-hypervisors 25=27|5@os_compute_api:os-hypervisors
rule os_compute_api:os-hypervisors:servers 21=12|5@os_compute_api:os-hypervisors 25=27|5@os_compute_api:os-hypervisors
rule os_compute_api:os-hypervisors:show 21=12|5@os_compute_api:os-hypervisors 25=27|5@os_compute_api:os-hypervisors
rule os_compute_api:os-hypervisors:statistics 21=12|5@os_compute_api:os-hypervisors 25=27|5@os_compute_api:os-hypervisors
rule os_compute_api:os-hypervisors:uptime 21=12|5@os_compute_api:os-hypervisors 25=27|5@os_compute_api:os-hypervisors
rule os_compute_api:os-instance-actions 15=4 21=-
rule os_compute_api:os-instance-actions:discoverable 15=3 16=-
rule os_compute_api:os-instance-actions:events 15=5 21=12 25=15 26=27
rule os_compute_api:os-instance-actions:events:details 21=12 25=15 26=27
rule os_compute_api:os-instance-actions:list 21=13|4@os_compute_api:os-instance-actions 25=28|4@os_compute_api:os-instance-actions 26=29|4@os_compute_api:os-instance-actions
rule os_compute_api:os-instance-actions:show 21=13|4@os_compute_api:os-instance-actions 25=28|4@os_compute_api:os-instance-actions 26=29|4@os_compute_api:os-instance-actions
rule os_compute_api:os-instance-usage-audit-log 15=5 21=-
rule os_compute_api:os-instance-usage-audit-log:discoverable 15=3 16=-
rule os_compute_api:os-instance-usage-audit-log:list 21=12|5@os_compute_api:os-instance-usage-audit-log 25=27|5@os_compute_api:os-instance-usage-audit-log
rule os_compute_api:os-instance-usage-audit-log:show 21=12|5@os_compute_api:os-instance-usage-audit-log 25=27|5@os_compute_api:os-instance-usage-audit-log
rule os_compute_api:os-keypairs 15=4 19=-
rule os_compute_api:os-keypairs:create 15=7 21=17 25=30
rule os_compute_api:os-keypairs:delete 15=7 21=17 25=30
rule os_compute_api:os-keypairs:discoverable 15=3 16=-
rule os_compute_api:os-keypairs:index 15=7 21=18 25=30
rule os_compute_api:os-keypairs:show 15=7 21=18 25=30
rule os_compute_api:os-lock-server:discoverable 15=3 16=-
rule os_compute_api:os-lock-server:lock 15=4 21=16 25=19 26=33
rule os_compute_api:os-lock-server:unlock 15=4 21=16 25=19 26=33
rule os_compute_api:os-lock-server:unlock:unlock_override 15=5 21=11 25=15 26=27
rule os_compute_api:os-migrate-server:discoverable 15=3 16=-
rule os_compute_api:os-migrate-server:migrate 15=5 21=11 25=15 26=27 32=36
rule os_compute_api:os-migrate-server:migrate:host 28=27
rule os_compute_api:os-migrate-server:migrate_live 15=5 21=11 25=15 26=27 32=36
rule os_compute_api:os-migrate-server:migrate_live:host 32=27|27@os_compute_api:os-migrate-server:migrate_live
rule os_compute_api:os-migrations:discoverable 15=3 16=-
rule os_compute_api:os-migrations:index 15=5 21=12 25=15 26=27 32=36
rule os_compute_api:os-migrations:index:all_projects 32=27|27@os_compute_api:os-migrations:index
rule os_compute_api:os-migrations:index:host 32=27|27@os_compute_api:os-migrations:index
rule os_compute_api:os-multinic 15=4 22=-
rule os_compute_api:os-multinic:add 22=16|4@os_compute_api:os-multinic 25=19|4@os_compute_api:os-multinic 26=33|4@os_compute_api:os-multinic
rule os_compute_api:os-multinic:discoverable 15=3 16=-
rule os_compute_api:os-multinic:remove 22=16|4@os_compute_api:os-multinic 25=19|4@os_compute_api:os-multinic 26=33|4@os_compute_api:os-multinic
rule os_compute_api:os-multiple-create:discoverable 15=3 16=-
rule os_compute_api:os-networks 15=5 21=-
rule os_compute_api:os-networks-associate 15=5 21=-
rule os_compute_api:os-networks-associate:discoverable 15=3 16=-
rule os_compute_api:os-networks:discoverable 15=3 16=-
rule os_compute_api:os-networks:list 22=13|4@os_compute_api:os-networks:view 25=28|4@os_compute_api:os-networks:view 26=29|4@os_compute_api:os-networks:view
rule os_compute_api:os-networks:show 22=13|4@os_compute_api:os-networks:view 25=28|4@os_compute_api:os-networks:view 26=29|4@os_compute_api:os-networks:view
rule os_compute_api:os-networks:view 15=4 22=-
rule os_compute_api:os-pause-server:discoverable 15=3 16=-
rule os_compute_api:os-pause-server:pause 15=4 21=16 25=19 26=33
rule os_compute_api:os-pause-server:unpause 15=4 21=16 25=19 26=33
rule os_compute_api:os-pci:detail 15=5 16=-
rule os_compute_api:os-pci:discoverable 15=3 16=-
rule os_compute_api:os-pci:index 15=5 16=-
rule os_compute_api:os-pci:pci_servers 15=4 16=-
rule os_compute_api:os-pci:show 15=5 16=-
rule os_compute_api:os-quota-class-sets:discoverable 15=3 16=-
rule os_compute_api:os-quota-class-sets:show 15=8 21=12 25=27
rule os_compute_api:os-quota-class-sets:update 15=5 21=11 25=27
rule os_compute_api:os-quota-sets:defaults 15=3
rule os_compute_api:os-quota-sets:delete 15=5 21=11 25=15 26=27
rule os_compute_api:os-quota-sets:detail 15=5 16=4 21=13 25=31 26=29
rule os_compute_api:os-quota-sets:discoverable 15=3 16=-
rule os_compute_api:os-quota-sets:show 15=4 21=13 25=31 26=29
rule os_compute_api:os-quota-sets:update 15=5 21=11 25=15 26=27
rule os_compute_api:os-remote-consoles 15=4 21=16 25=19 26=33
rule os_compute_api:os-remote-consoles:discoverable 15=3 16=-
rule os_compute_api:os-rescue 15=4 21=16 25=19 26=33
rule os_compute_api:os-rescue:discoverable 15=3 16=-
rule os_compute_api:os-scheduler-hints:discoverable 15=3 16=-
rule os_compute_api:os-security-group-default-rules 15=5 21=-
rule os_compute_api:os-security-group-default-rules:discoverable 15=3 16=-
rule os_compute_api:os-security-groups 15=4 22=-
rule os_compute_api:os-security-groups:add 21=16|4@os_compute_api:os-security-groups 25=19|4@os_compute_api:os-security-groups 26=33|4@os_compute_api:os-security-groups
rule os_compute_api:os-security-groups:create 22=16|4@os_compute_api:os-security-groups 25=19|4@os_compute_api:os-security-groups 26=33|4@os_compute_api:os-security-groups
rule os_compute_api:os-security-groups:delete 22=16|4@os_compute_api:os-security-groups 25=19|4@os_compute_api:os-security-groups 26=33|4@os_compute_api:os-security-groups
rule os_compute_api:os-security-groups:discoverable 15=3 16=-
rule os_compute_api:os-security-groups:get 22=13|4@os_compute_api:os-security-groups 25=28|4@os_compute_api:os-security-groups 26=29|4@os_compute_api:os-security-groups
rule os_compute_api:os-security-groups:list 21=13|4@os_compute_api:os-security-groups 25=28|4@os_compute_api:os-security-groups 26=29|4@os_compute_api:os-security-groups
rule os_compute_api:os-security-groups:remove 21=16|4@os_compute_api:os-security-groups 25=19|4@os_compute_api:os-security-groups 26=33|4@os_compute_api:os-security-groups
rule os_compute_api:os-security-groups:rule:create 22=16|4@os_compute_api:os-security-groups 25=19|4@os_compute_api:os-security-groups 26=33|4@os_compute_api:os-security-groups
rule os_compute_api:os-security-groups:rule:delete 22=16|4@os_compute_api:os-security-groups 25=19|4@os_compute_api:os-security-groups 26=33|4@os_compute_api:os-security-groups
rule os_compute_api:os-security-groups:show 22=13|4@os_compute_api:os-security-groups 25=28|4@os_compute_api:os-security-groups 26=29|4@os_compute_api:os-security-groups
rule os_compute_api:os-security-groups:update 22=16|4@os_compute_api:os-security-groups 25=19|4@os_compute_api:os-security-groups 26=33|4@os_compute_api:os-security-groups
rule os_compute_api:os-server-diagnostics 15=5 21=11 25=15 26=27
rule os_compute_api:os-server-diagnostics:discoverable 15=3 16=-
rule os_compute_api:os-server-external-events:create 15=5 21=11 25=27 32=35
rule os_compute_api:os-server-external-events:discoverable 15=3 16=-
rule os_compute_api:os-server-groups 15=4 19=-
rule os_compute_api:os-server-groups:create 15=9 19=4 21=19 26=33
rule os_compute_api:os-server-groups:delete 15=9 19=4 21=16 25=19 26=33
rule os_compute_api:os-server-groups:discoverable 15=3 16=-
rule os_compute_api:os-server-groups:index 15=9 19=4 21=13 25=28 26=29
rule os_compute_api:os-server-groups:index:all_projects 21=12 25=15 26=27
rule os_compute_api:os-server-groups:show 15=9 19=4 21=13 25=28 26=29
rule os_compute_api:os-server-password 15=4 21=-
rule os_compute_api:os-server-password:clear 21=16|4@os_compute_api:os-server-password 25=19|4@os_compute_api:os-server-password 26=33|4@os_compute_api:os-server-password
rule os_compute_api:os-server-password:discoverable 15=3 16=-
rule os_compute_api:os-server-password:show 21=13|4@os_compute_api:os-server-password 25=28|4@os_compute_api:os-server-password 26=29|4@os_compute_api:os-server-password
rule os_compute_api:os-server-shares:create 31=19 33=33
rule os_compute_api:os-server-shares:delete 31=19 33=33
rule os_compute_api:os-server-shares:index 31=28 33=29
rule os_compute_api:os-server-shares:show 31=28 33=29
rule os_compute_api:os-server-tags:delete 15=3 16=4 21=16 25=19 26=33
rule os_compute_api:os-server-tags:delete_all 15=3 16=4 21=16 25=19 26=33
rule os_compute_api:os-server-tags:discoverable 15=3 16=-
rule os_compute_api:os-server-tags:index 15=3 16=4 21=13 25=28 26=29
rule os_compute_api:os-server-tags:show 15=3 16=4 21=13 25=28 26=29
rule os_compute_api:os-server-tags:update 15=3 16=4 21=16 25=19 26=33
rule os_compute_api:os-server-tags:update_all 15=3 16=4 21=16 25=19 26=33
rule os_compute_api:os-server-usage 15=4 19=-
rule os_compute_api:os-server-usage:discoverable 15=3 16=-
rule os_compute_api:os-services 15=5 21=-
rule os_compute_api:os-services:delete 21=11|5@os_compute_api:os-services 25=27|5@os_compute_api:os-services
rule os_compute_api:os-services:discoverable 15=3 16=-
rule os_compute_api:os-services:list 21=12|5@os_compute_api:os-services 25=27|5@os_compute_api:os-services
rule os_compute_api:os-services:update 21=11|5@os_compute_api:os-services 25=27|5@os_compute_api:os-services
rule os_compute_api:os-shelve:discoverable 15=3 16=-
rule os_compute_api:os-shelve:shelve 15=4 21=16 25=19 26=33
rule os_compute_api:os-shelve:shelve_offload 15=5 21=11 25=15 26=27
rule os_compute_api:os-shelve:unshelve 15=4 21=16 25=19 26=33
rule os_compute_api:os-shelve:unshelve_to_host 26=27
rule os_compute_api:os-simple-tenant-usage:discoverable 15=3 16=-
rule os_compute_api:os-simple-tenant-usage:list 15=5 21=12 25=15 26=27
rule os_compute_api:os-simple-tenant-usage:show 15=4 21=13 25=28 26=29
rule os_compute_api:os-suspend-server:discoverable 15=3 16=-
rule os_compute_api:os-suspend-server:resume 15=4 21=16 25=19 26=33
rule os_compute_api:os-suspend-server:suspend 15=4 21=16 25=19 26=33
rule os_compute_api:os-tenant-networks 15=4 22=-
rule os_compute_api:os-tenant-networks:discoverable 15=3 16=-
rule os_compute_api:os-tenant-networks:list 22=13|4@os_compute_api:os-tenant-networks 25=28|4@os_compute_api:os-tenant-networks 27=29|4@os_compute_api:os-tenant-networks
rule os_compute_api:os-tenant-networks:show 22=13|4@os_compute_api:os-tenant-networks 25=28|4@os_compute_api:os-tenant-networks 27=29|4@os_compute_api:os-tenant-networks
rule os_compute_api:os-unrescue 21=16|4@os_compute_api:os-rescue 25=19|4@os_compute_api:os-rescue 26=33|4@os_compute_api:os-rescue
rule os_compute_api:os-used-limits 15=5 21=-
rule os_compute_api:os-used-limits:discoverable 15=3 16=-
rule os_compute_api:os-user-data:discoverable 15=3 16=-
rule os_compute_api:os-virtual-interfaces 15=4 18=-
rule os_compute_api:os-virtual-interfaces:discoverable 15=3 16=-
rule os_compute_api:os-volumes 15=4 22=-
rule os_compute_api:os-volumes-attachments:create 15=4 21=16 25=19 26=33
rule os_compute_api:os-volumes-attachments:delete 15=4 21=16 25=19 26=33
rule os_compute_api:os-volumes-attachments:discoverable 15=3 16=-
rule os_compute_api:os-volumes-attachments:index 15=4 21=13 25=28 26=29
rule os_compute_api:os-volumes-attachments:show 15=4 21=13 25=28 26=29
rule os_compute_api:os-volumes-attachments:swap 21=11 25=27 32=35
rule os_compute_api:os-volumes-attachments:update 15=5 21=16 25=19 26=33
rule os_compute_api:os-volumes:create 22=16|4@os_compute_api:os-volumes 25=19|4@os_compute_api:os-volumes 26=33|4@os_compute_api:os-volumes
rule os_compute_api:os-volumes:delete 22=16|4@os_compute_api:os-volumes 25=19|4@os_compute_api:os-volumes 26=33|4@os_compute_api:os-volumes
rule os_compute_api:os-volumes:detail 22=13|4@os_compute_api:os-volumes 25=28|4@os_compute_api:os-volumes 26=29|4@os_compute_api:os-volumes
rule os_compute_api:os-volumes:discoverable 15=3 16=-
rule os_compute_api:os-volumes:list 22=13|4@os_compute_api:os-volumes 25=28|4@os_compute_api:os-volumes 26=29|4@os_compute_api:os-volumes
rule os_compute_api:os-volumes:show 22=13|4@os_compute_api:os-volumes 25=28|4@os_compute_api:os-volumes 26=29|4@os_compute_api:os-volumes
rule os_compute_api:os-volumes:snapshots:create 22=16|4@os_compute_api:os-volumes 25=19|4@os_compute_api:os-volumes 26=33|4@os_compute_api:os-volumes
rule os_compute_api:os-volumes:snapshots:delete 22=16|4@os_compute_api:os-volumes 25=19|4@os_compute_api:os-volumes 26=33|4@os_compute_api:os-volumes
rule os_compute_api:os-volumes:snapshots:detail 22=13|4@os_compute_api:os-volumes 25=28|4@os_compute_api:os-volumes 26=29|4@os_compute_api:os-volumes
rule os_compute_api:os-volumes:snapshots:list 22=13|4@os_compute_api:os-volumes 25=28|4@os_compute_api:os-volumes 26=29|4@os_compute_api:os-volumes
rule os_compute_api:os-volumes:snapshots:show 22=13|4@os_compute_api:os-volumes 25=28|4@os_compute_api:os-volumes 26=29|4@os_compute_api:os-volumes
rule os_compute_api:server-metadata:create 15=4 21=16 25=19 26=33
rule os_compute_api:server-metadata:delete 15=4 21=16 25=19 26=33
rule os_compute_api:server-metadata:discoverable 15=3 16=-
rule os_compute_api:server-metadata:index 15=4 21=13 25=28 26=29
rule os_compute_api:server-metadata:show 15=4 21=13 25=28 26=29
rule os_compute_api:server-metadata:update 15=4 21=16 25=19 26=33
rule os_compute_api:server-metadata:update_all 15=4 21=16 25=19 26=33
rule os_compute_api:server-migrations:discoverable 15=3 16=-
rule os_compute_api:servers:allow_all_filters 19=5 21=12 25=15 26=27
rule os_compute_api:servers:confirm_resize 15=4 21=16 25=19 26=33
rule os_compute_api:servers:create 15=4 21=19 26=33
rule os_compute_api:servers:create:attach_network 15=4 21=19 26=33
rule os_compute_api:servers:create:attach_volume 15=4 21=19 26=33
rule os_compute_api:servers:create:forced_host 15=5 21=15 26=27
rule os_compute_api:servers:create:trusted_certs 18=4 21=19 26=33
rule os_compute_api:servers:create:zero_disk_flavor 15=4 19=5 21=15 26=27
rule os_compute_api:servers:create_image 15=4 21=16 25=19 26=33
rule os_compute_api:servers:create_image:allow_volume_backed 15=4 21=16 25=19 26=33
rule os_compute_api:servers:delete 15=4 21=16 25=19 26=33
rule os_compute_api:servers:detail 15=4 21=13 25=28 26=29
rule os_compute_api:servers:detail:get_all_tenants 15=5 21=12 25=15 26=27
rule os_compute_api:servers:discoverable 15=3 16=-
rule os_compute_api:servers:index 15=4 21=13 25=28 26=29
rule os_compute_api:servers:index:get_all_tenants 15=5 21=12 25=15 26=27
rule os_compute_api:servers:migrations:delete 15=5 21=11 25=15 26=27 32=36
rule os_compute_api:servers:migrations:force_complete 15=5 21=11 25=15 26=27 32=36
rule os_compute_api:servers:migrations:index 15=5 21=12 25=15 26=27 32=36
rule os_compute_api:servers:migrations:index:host 32=27|27@os_compute_api:servers:migrations:index
rule os_compute_api:servers:migrations:show 15=5 21=12 25=15 26=27
rule os_compute_api:servers:reboot 15=4 21=16 25=19 26=33
rule os_compute_api:servers:rebuild 15=4 21=16 25=19 26=33
rule os_compute_api:servers:rebuild:trusted_certs 18=4 21=16 25=19 26=33
rule os_compute_api:servers:resize 15=4 21=16 25=19 26=33
rule os_compute_api:servers:revert_resize 15=4 21=16 25=19 26=33
rule os_compute_api:servers:show 15=4 21=13 25=28 26=29
rule os_compute_api:servers:show:flavor-extra-specs 25=28|4@os_compute_api:os-flavor-extra-specs:index 26=29|4@os_compute_api:os-flavor-extra-specs:index
rule os_compute_api:servers:show:host_status 15=5 21=11 25=15 26=27
rule os_compute_api:servers:show:host_status:unknown-only 21=11 25=15 26=27
rule os_compute_api:servers:start 15=4 21=16 25=19 26=33
rule os_compute_api:servers:stop 15=4 21=16 25=19 26=33
rule os_compute_api:servers:trigger_crash_dump 15=4 21=16 25=19 26=33
rule os_compute_api:servers:update 15=4 21=16 25=19 26=33
rule os_compute_api:versions:discoverable 15=3 16=-
rule project_admin_api 21=20|0@rule:admin_api 26=-
rule project_manager_api 32=37|0@rule:admin_api
rule project_manager_or_admin 32=38|0@rule:admin_api
rule project_member_api 21=21|1@rule:admin_or_owner
rule project_member_or_admin 26=34|1@rule:admin_or_owner
rule project_reader_api 21=22 25=22|1@rule:admin_or_owner
rule project_reader_or_admin 25=32|1@rule:admin_or_owner
rule service_api 32=39|0@rule:admin_api
rule service_or_admin 32=40|0@rule:admin_api
rule system_admin_api 21=23|0@rule:admin_api 25=-
rule system_admin_or_owner 21=24|1@rule:admin_or_owner 25=-
rule system_or_project_reader 21=25|1@rule:admin_or_owner 25=-
rule system_reader_api 21=26|0@rule:admin_api 25=-
`;
