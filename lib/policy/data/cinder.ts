// Written by scripts/policy-data.mjs; lib/policy/code-rules.ts says what it means.
export const cinder = `sources fb9d1ceb377f2643e2285bac6abfb0b9ed7b722689eb82b1531996404d7e9484
release queens 12.0.4 12.0.10
release rocky 13.0.1 13.0.9
release stein 14.0.0 14.3.1
release train 15.0.0 15.6.0
release ussuri 16.0.0 16.4.2
release victoria 17.0.0 17.4.0
release wallaby 18.0.0 18.2.1
release xena 19.0.0 19.3.0
release yoga 20.0.0 20.3.2
release zed 21.0.0 21.3.2
release 2023.1 22.0.0 22.3.0
release 2023.2 23.0.0 23.5.0
release 2024.1 24.0.0 24.5.0
release 2024.2 25.0.0 25.3.1
release 2025.1 26.0.0 26.3.0
release 2025.2 27.0.0
release 2026.1 28.0.0
release 2026.2 29.0.0
check 0 is_admin:True or (role:admin and is_admin_project:True)
check 1 is_admin:True or (role:admin and is_admin_project:True) or project_id:%(project_id)s
check 2 rule:admin_api
check 3 
check 4 rule:admin_or_owner
check 5 role:admin
check 6 rule:volume_extension:volume_type_encryption
check 7 (role:admin and system_scope:all) or (role:admin and domain_id:%(domain_id)s) or (role:admin and project_id:%(project_id)s)
check 8 rule:system_or_domain_or_project_admin
check 9 role:admin and system_scope:all
check 10 rule:xena_system_admin_or_project_member
check 11 rule:xena_system_admin_or_project_reader
check 12 volume_extension:volume_type_access
check 13 (role:admin) or (role:member and project_id:%(project_id)s)
check 14 (role:admin) or (role:reader and project_id:%(project_id)s)
rule admin_api 12=0
rule admin_or_owner 12=1
rule backup:backup-import 12=2
rule backup:backup_project_attribute 12=2
rule backup:create 12=3 19=10|3
rule backup:delete 12=4 19=10|4
rule backup:export-import 12=2
rule backup:get 12=4 19=11|4
rule backup:get_all 12=4 19=11|4
rule backup:restore 12=4 19=10|4
rule backup:update 12=4 19=10|4
rule clusters:get 12=2
rule clusters:get_all 12=2
rule clusters:update 12=2
rule context_is_admin 12=5
rule group:access_group_types_specs 12=2
rule group:create 12=3 19=10|3
rule group:create_group_snapshot 12=3 19=10|3
rule group:delete 12=4 19=10|4
rule group:delete_group_snapshot 12=4 19=10|4
rule group:disable_replication 12=4 19=10|4
rule group:enable_replication 12=4 19=10|4
rule group:failover_replication 12=4 19=10|4
rule group:get 12=4 19=11|4
rule group:get_all 12=4 19=11|4
rule group:get_all_group_snapshots 12=4 19=11|4
rule group:get_group_snapshot 12=4 19=11|4
rule group:group_project_attribute 14=2
rule group:group_snapshot_project_attribute 14=2
rule group:group_types:create 19=2|2@group:group_types_manage
rule group:group_types:delete 19=2|2@group:group_types_manage
rule group:group_types:update 19=2|2@group:group_types_manage
rule group:group_types_manage 12=2 19=-
rule group:group_types_specs 12=2 19=-
rule group:group_types_specs:create 19=2|2@group:group_types_specs
rule group:group_types_specs:delete 19=2|2@group:group_types_specs
rule group:group_types_specs:get 19=2|2@group:group_types_specs
rule group:group_types_specs:get_all 19=2|2@group:group_types_specs
rule group:group_types_specs:update 19=2|2@group:group_types_specs
rule group:list_replication_targets 12=4 19=10|4
rule group:reset_group_snapshot_status 12=4 15.6.0=2 16=4 16.4.2=2 17=4 17.4.0=2
rule group:reset_status 12=2
rule group:update 12=4 19=10|4
rule group:update_group_snapshot 12=4 19=10|4
rule limits_extension:used_limits 12=4 19=11|4
rule message:delete 12=4 19=10|4
rule message:get 12=4 19=11|4@message:get_all 19.3.0=11|4
rule message:get_all 12=4 19=11|4@message:get 19.3.0=11|4
rule scheduler_extension:scheduler_stats:get_pools 12=2
rule snapshot_extension:list_manageable 12=2
rule snapshot_extension:snapshot_actions:update_snapshot_status 12=3 19=10|3
rule snapshot_extension:snapshot_manage 12=2
rule snapshot_extension:snapshot_unmanage 12=2
rule system_or_domain_or_project_admin 17=7
rule volume:accept_transfer 12=3 19=10|3
rule volume:attachment_complete 12=4 19=10|4
rule volume:attachment_create 12=3 19=10|3
rule volume:attachment_delete 12=4 19=10|4
rule volume:attachment_update 12=4 19=10|4
rule volume:create 12=3 19=10|3
rule volume:create_from_image 12=3 19=10|3
rule volume:create_snapshot 12=4 19=10|4
rule volume:create_transfer 12=4 19=10|4
rule volume:create_volume_metadata 12=4 19=10|4
rule volume:delete 12=4 19=10|4
rule volume:delete_snapshot 12=4 19=10|4
rule volume:delete_snapshot_metadata 12=4 19=10|4
rule volume:delete_transfer 12=4 19=10|4
rule volume:delete_volume_metadata 12=4 19=10|4
rule volume:extend 12=4 19=10|4
rule volume:extend_attached_volume 12=4 19=10|4
rule volume:failover_host 12=2
rule volume:force_delete 12=2
rule volume:freeze_host 12=2
rule volume:get 12=4 19=11|4
rule volume:get_all 12=4 19=11|4
rule volume:get_all_snapshots 12=4 19=11|4
rule volume:get_all_transfers 12=4 19=11|4
rule volume:get_snapshot 12=4 19=11|4
rule volume:get_snapshot_metadata 12=4 19=11|4
rule volume:get_transfer 12=4 19=11|4
rule volume:get_volume_metadata 12=4 19=11|4
rule volume:multiattach 12=4 19=10|4
rule volume:multiattach_bootable_volume 12=4 19=10|4
rule volume:reimage 20=10
rule volume:reimage_reserved 20=10
rule volume:retype 12=4 19=10|4
rule volume:revert_to_snapshot 12=4 19=10|4
rule volume:thaw_host 12=2
rule volume:update 12=4 19=10|4
rule volume:update_readonly_flag 12=4 19=10|4
rule volume:update_snapshot 12=4 19=10|4
rule volume:update_snapshot_metadata 12=4 19=10|4
rule volume:update_volume_admin_metadata 12=2
rule volume:update_volume_metadata 12=4 19=10|4
rule volume_extension:access_types_extra_specs 12=2 19=11|2
rule volume_extension:access_types_qos_specs_id 12=2
rule volume_extension:backup_admin_actions:force_delete 12=2
rule volume_extension:backup_admin_actions:reset_status 12=2
rule volume_extension:capabilities 12=2
rule volume_extension:default_get 17=8 19=2|8
rule volume_extension:default_get_all 17=9 19=2|9
rule volume_extension:default_set_or_update 17=8 19=2|8
rule volume_extension:default_unset 17=8 19=2|8
rule volume_extension:extended_snapshot_attributes 12=4 19=11|4
rule volume_extension:hosts 12=2
rule volume_extension:list_manageable 12=2
rule volume_extension:qos_specs_manage:create 12=2
rule volume_extension:qos_specs_manage:delete 12=2
rule volume_extension:qos_specs_manage:get 12=2
rule volume_extension:qos_specs_manage:get_all 12=2
rule volume_extension:qos_specs_manage:update 12=2
rule volume_extension:quota_classes 12=2 19=-
rule volume_extension:quota_classes:get 19=2|2@volume_extension:quota_classes
rule volume_extension:quota_classes:update 19=2|2@volume_extension:quota_classes
rule volume_extension:quota_classes:validate_setup_for_nested_quota_use 12=2 18=-
rule volume_extension:quotas:delete 12=2
rule volume_extension:quotas:show 12=4 19=11|4
rule volume_extension:quotas:update 12=2
rule volume_extension:services:index 12=2
rule volume_extension:services:update 12=2
rule volume_extension:snapshot_admin_actions:force_delete 12=2
rule volume_extension:snapshot_admin_actions:reset_status 12=2
rule volume_extension:type_create 19=2|2@volume_extension:types_manage
rule volume_extension:type_delete 19=2|2@volume_extension:types_manage
rule volume_extension:type_get 13=3 19=11|3
rule volume_extension:type_get_all 13=3 19=11|3
rule volume_extension:type_update 19=2|2@volume_extension:types_manage
rule volume_extension:types_extra_specs:create 12=2
rule volume_extension:types_extra_specs:delete 12=2
rule volume_extension:types_extra_specs:index 12=2 19=11|3
rule volume_extension:types_extra_specs:read_sensitive 19=2
rule volume_extension:types_extra_specs:show 12=2 19=11|3
rule volume_extension:types_extra_specs:update 12=2
rule volume_extension:types_manage 12=2 19=-
rule volume_extension:volume_actions:attach 12=4 19=10|4
rule volume_extension:volume_actions:begin_detaching 12=4 19=10|4
rule volume_extension:volume_actions:detach 12=4 19=10|4
rule volume_extension:volume_actions:initialize_connection 12=4 19=10|4
rule volume_extension:volume_actions:reserve 12=4 19=10|4
rule volume_extension:volume_actions:roll_detaching 12=4 19=10|4
rule volume_extension:volume_actions:terminate_connection 12=4 19=10|4
rule volume_extension:volume_actions:unreserve 12=4 19=10|4
rule volume_extension:volume_actions:upload_image 12=4 19=10|4
rule volume_extension:volume_actions:upload_public 12=2
rule volume_extension:volume_admin_actions:extend_volume_completion 24=2
rule volume_extension:volume_admin_actions:force_delete 12=2
rule volume_extension:volume_admin_actions:force_detach 12=2
rule volume_extension:volume_admin_actions:migrate_volume 12=2
rule volume_extension:volume_admin_actions:migrate_volume_completion 12=2
rule volume_extension:volume_admin_actions:reset_status 12=2
rule volume_extension:volume_encryption_metadata 12=4 19=11|4
rule volume_extension:volume_host_attribute 12=2
rule volume_extension:volume_image_metadata 12=4 19=-
rule volume_extension:volume_image_metadata:remove 19=10|4@volume_extension:volume_image_metadata
rule volume_extension:volume_image_metadata:set 19=10|4@volume_extension:volume_image_metadata
rule volume_extension:volume_image_metadata:show 19=11|4@volume_extension:volume_image_metadata
rule volume_extension:volume_manage 12=2
rule volume_extension:volume_mig_status_attribute 12=2
rule volume_extension:volume_tenant_attribute 12=4 19=11|4
rule volume_extension:volume_type_access 12=4 19=10|4
rule volume_extension:volume_type_access:addProjectAccess 12=2
rule volume_extension:volume_type_access:get_all_for_type 19=2|12
rule volume_extension:volume_type_access:removeProjectAccess 12=2
rule volume_extension:volume_type_encryption 12=2
rule volume_extension:volume_type_encryption:create 14=6 19=2|6
rule volume_extension:volume_type_encryption:delete 14=6 19=2|6
rule volume_extension:volume_type_encryption:get 14=6 19=2|6
rule volume_extension:volume_type_encryption:update 14=6 19=2|6
rule volume_extension:volume_unmanage 12=2
rule workers:cleanup 12=2
rule xena_system_admin_or_project_member 19=13
rule xena_system_admin_or_project_reader 19=14
`;
