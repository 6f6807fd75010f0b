// Written by scripts/policy-data.mjs; lib/policy/code-rules.ts says what it means.
export const keystone = `sources fb9d1ceb377f2643e2285bac6abfb0b9ed7b722689eb82b1531996404d7e9484
release pike 12.0.2 12.0.3
release queens 13.0.2 13.0.4
release rocky 14.0.1 14.2.0
release stein 15.0.0 15.0.1
release train 16.0.0 16.0.2
release ussuri 17.0.0 17.0.1
release victoria 18.0.0 18.1.0
release wallaby 19.0.0 19.0.1
release xena 20.0.0 20.0.1
release yoga 21.0.0 21.0.1
release zed 22.0.0 22.0.2
release 2023.1 23.0.0 23.0.2
release 2023.2 24.0.0 24.1.0
release 2024.1 25.0.0
release 2024.2 26.0.0 26.1.1
release 2025.1 27.0.0 27.1.0
release 2025.2 28.0.0 28.1.0
release 2026.1 29.0.0 29.1.0
release 2026.2 30.0.0
check 0 rule:admin_required or rule:owner
check 1 rule:admin_required or rule:token_subject
check 2 role:admin or is_admin:1
check 3 rule:admin_required
check 4 rule:admin_or_token_subject
check 5 user_id:%(trust.trustor_user_id)s
check 6 
check 7 rule:admin_or_owner
check 8 rule:admin_required or (rule:owner and user_id:%(target.credential.user_id)s)
check 9 rule:admin_required or token.project.domain.id:%(target.domain.id)s
check 10 rule:admin_required or project_id:%(target.project.id)s
check 11 rule:service_or_admin
check 12 rule:service_admin_or_token_subject
check 13 user_id:%(user_id)s
check 14 rule:service_or_admin or rule:token_subject
check 15 rule:admin_required or rule:service_role
check 16 role:service
check 17 user_id:%(target.token.user_id)s
check 18 rule:admin_required or project_domain_id:%(target.domain.id)s
check 19 (role:admin and system_scope:all) or (role:admin and domain_id:%(target.group.domain_id)s and domain_id:%(target.user.domain_id)s)
check 20 role:reader and system_scope:all
check 21 (role:reader and system_scope:all) or (role:reader and domain_id:%(target.group.domain_id)s and domain_id:%(target.user.domain_id)s)
check 22 (role:admin and system_scope:all) or user_id:%(target.credential.user_id)s
check 23 role:admin and system_scope:all
check 24 (role:admin and system_scope:all) or (role:admin and domain_id:%(target.group.domain_id)s)
check 25 (role:admin and system_scope:all) or (role:admin and domain_id:%(target.project.domain_id)s)
check 26 (role:admin and system_scope:all) or (role:admin and token.domain.id:%(target.user.domain_id)s)
check 27 (role:reader and system_scope:all) or user_id:%(target.credential.user_id)s
check 28 (role:reader and system_scope:all) or token.domain.id:%(target.domain.id)s or token.project.domain.id:%(target.domain.id)s
check 29 (role:reader and system_scope:all) or (role:reader and domain_id:%(target.group.domain_id)s)
check 30 (role:reader and system_scope:all) or project_id:%(target.limit.project_id)s or domain_id:%(target.limit.domain_id)s
check 31 (role:reader and system_scope:all) or (role:reader and domain_id:%(target.project.domain_id)s) or project_id:%(target.project.id)s
check 32 (role:reader and system_scope:all) or (role:reader and token.domain.id:%(target.user.domain_id)s) or user_id:%(target.user.id)s
check 33 (role:reader and system_scope:all) or (role:reader and domain_id:%(target.user.domain_id)s) or user_id:%(user_id)s
check 34 (role:reader and system_scope:all) or (role:reader and domain_id:%(target.domain_id)s)
check 35 (role:reader and system_scope:all) or (role:reader and domain_id:%(target.user.domain_id)s) or user_id:%(target.user.id)s
check 36 (role:reader and system_scope:all) or ((role:reader and domain_id:%(target.user.domain_id)s and domain_id:%(target.project.domain_id)s) or (role:reader and domain_id:%(target.user.domain_id)s and domain_id:%(target.domain.id)s) or (role:reader and domain_id:%(target.group.domain_id)s and domain_id:%(target.project.domain_id)s) or (role:reader and domain_id:%(target.group.domain_id)s and domain_id:%(target.domain.id)s)) and (domain_id:%(target.role.domain_id)s or None:%(target.role.domain_id)s)
check 37 (role:reader and system_scope:all) or rule:token_subject
check 38 (role:admin and system_scope:all) or ((role:admin and domain_id:%(target.user.domain_id)s and domain_id:%(target.project.domain_id)s) or (role:admin and domain_id:%(target.user.domain_id)s and domain_id:%(target.domain.id)s) or (role:admin and domain_id:%(target.group.domain_id)s and domain_id:%(target.project.domain_id)s) or (role:admin and domain_id:%(target.group.domain_id)s and domain_id:%(target.domain.id)s)) and (domain_id:%(target.role.domain_id)s or None:%(target.role.domain_id)s)
check 39 (role:admin and system_scope:all) or (role:admin and domain_id:%(target.project.domain_id)s) or (role:admin and project_id:%(target.project.id)s)
check 40 (role:admin and system_scope:all) or user_id:%(target.user.id)s
check 41 (role:admin and system_scope:all) or rule:owner
check 42 user_id:%(target.trust.trustor_user_id)s
check 43 role:admin and system_scope:all or user_id:%(target.trust.trustor_user_id)s
check 44 (role:reader and system_scope:all) or rule:owner
check 45 (role:reader and system_scope:all) or user_id:%(target.user.id)s
check 46 (role:reader and system_scope:all) or (domain_id:%(target.limit.domain.id)s or domain_id:%(target.limit.project.domain_id)s) or (project_id:%(target.limit.project_id)s and not None:%(target.limit.project_id)s)
check 47 user_id:%(target.trust.trustor_user_id)s or user_id:%(target.trust.trustee_user_id)s
check 48 role:reader and system_scope:all or user_id:%(target.trust.trustor_user_id)s or user_id:%(target.trust.trustee_user_id)s
check 49 (role:reader and system_scope:all) or (role:reader and domain_id:%(target.user.domain_id)s and domain_id:%(target.project.domain_id)s) or (role:reader and domain_id:%(target.user.domain_id)s and domain_id:%(target.domain.id)s) or (role:reader and domain_id:%(target.group.domain_id)s and domain_id:%(target.project.domain_id)s) or (role:reader and domain_id:%(target.group.domain_id)s and domain_id:%(target.domain.id)s)
check 50 (role:reader and system_scope:all) or (role:reader and domain_id:%(target.project.domain_id)s) or (role:admin and project_id:%(target.project.id)s)
check 51 role:reader and system_scope:all or user_id:%(target.trust.trustee_user_id)s
check 52 role:reader and system_scope:all or user_id:%(target.trust.trustor_user_id)s
check 53 (role:admin and system_scope:all) or rule:token_subject
check 54 (role:reader and system_scope:all) or rule:service_role or rule:token_subject
check 55 rule:admin_required or (role:reader and system_scope:all)
check 56 (rule:admin_required) or ((role:reader and system_scope:all) or ((role:reader and domain_id:%(target.user.domain_id)s and domain_id:%(target.project.domain_id)s) or (role:reader and domain_id:%(target.user.domain_id)s and domain_id:%(target.domain.id)s) or (role:reader and domain_id:%(target.group.domain_id)s and domain_id:%(target.project.domain_id)s) or (role:reader and domain_id:%(target.group.domain_id)s and domain_id:%(target.domain.id)s)) and (domain_id:%(target.role.domain_id)s or None:%(target.role.domain_id)s))
check 57 rule:admin_required or (role:reader and system_scope:all) or rule:token_subject
check 58 (rule:admin_required) or (role:reader and system_scope:all) or (role:reader and domain_id:%(target.group.domain_id)s and domain_id:%(target.user.domain_id)s)
check 59 (rule:admin_required) or user_id:%(target.credential.user_id)s
check 60 (rule:admin_required) or ((role:admin and domain_id:%(target.user.domain_id)s and domain_id:%(target.project.domain_id)s) or (role:admin and domain_id:%(target.user.domain_id)s and domain_id:%(target.domain.id)s) or (role:admin and domain_id:%(target.group.domain_id)s and domain_id:%(target.project.domain_id)s) or (role:admin and domain_id:%(target.group.domain_id)s and domain_id:%(target.domain.id)s)) and (domain_id:%(target.role.domain_id)s or None:%(target.role.domain_id)s)
check 61 rule:admin_required or user_id:%(target.trust.trustor_user_id)s
check 62 (rule:admin_required) or (role:reader and system_scope:all) or user_id:%(target.credential.user_id)s
check 63 (rule:admin_required) or (role:reader and system_scope:all) or rule:owner
check 64 rule:admin_required or (role:reader and system_scope:all) or token.domain.id:%(target.domain.id)s or token.project.domain.id:%(target.domain.id)s
check 65 (rule:admin_required) or (role:reader and system_scope:all) or (role:reader and domain_id:%(target.group.domain_id)s)
check 66 rule:admin_required or (role:reader and system_scope:all) or (domain_id:%(target.limit.domain.id)s or domain_id:%(target.limit.project.domain_id)s) or (project_id:%(target.limit.project_id)s and not None:%(target.limit.project_id)s)
check 67 (rule:admin_required) or (role:reader and system_scope:all) or (role:reader and domain_id:%(target.project.domain_id)s) or project_id:%(target.project.id)s
check 68 (rule:admin_required) or (role:reader and system_scope:all or user_id:%(target.trust.trustor_user_id)s or user_id:%(target.trust.trustee_user_id)s)
check 69 (rule:admin_required) or (role:reader and system_scope:all) or (role:reader and token.domain.id:%(target.user.domain_id)s) or user_id:%(target.user.id)s
check 70 rule:admin_required or (role:reader and system_scope:all) or (role:reader and domain_id:%(target.domain.id)s)
check 71 (rule:admin_required) or ((role:reader and system_scope:all) or (role:reader and domain_id:%(target.user.domain_id)s and domain_id:%(target.project.domain_id)s) or (role:reader and domain_id:%(target.user.domain_id)s and domain_id:%(target.domain.id)s) or (role:reader and domain_id:%(target.group.domain_id)s and domain_id:%(target.project.domain_id)s) or (role:reader and domain_id:%(target.group.domain_id)s and domain_id:%(target.domain.id)s))
check 72 (rule:admin_required) or (role:reader and system_scope:all) or (role:reader and domain_id:%(target.user.domain_id)s) or user_id:%(user_id)s
check 73 (rule:admin_required) or (role:reader and system_scope:all) or (role:reader and domain_id:%(target.domain_id)s)
check 74 (rule:admin_required) or (role:reader and system_scope:all or user_id:%(target.trust.trustee_user_id)s)
check 75 (rule:admin_required) or (role:reader and system_scope:all or user_id:%(target.trust.trustor_user_id)s)
check 76 (rule:admin_required) or (role:reader and system_scope:all) or (role:reader and domain_id:%(target.user.domain_id)s) or user_id:%(target.user.id)s
check 77 rule:admin_required or (role:reader and system_scope:all) or rule:service_role or rule:token_subject
check 78 'manager':%(target.role.name)s or 'member':%(target.role.name)s or 'reader':%(target.role.name)s
check 79 (rule:admin_required) or (role:manager and domain_id:%(target.group.domain_id)s and domain_id:%(target.user.domain_id)s)
check 80 (rule:admin_required) or ((role:admin and domain_id:%(target.user.domain_id)s and domain_id:%(target.project.domain_id)s) or (role:admin and domain_id:%(target.user.domain_id)s and domain_id:%(target.domain.id)s) or (role:admin and domain_id:%(target.group.domain_id)s and domain_id:%(target.project.domain_id)s) or (role:admin and domain_id:%(target.group.domain_id)s and domain_id:%(target.domain.id)s)) and (domain_id:%(target.role.domain_id)s or None:%(target.role.domain_id)s) or ((role:manager and domain_id:%(target.user.domain_id)s and domain_id:%(target.project.domain_id)s) or (role:manager and domain_id:%(target.user.domain_id)s and domain_id:%(target.domain.id)s) or (role:manager and domain_id:%(target.group.domain_id)s and domain_id:%(target.project.domain_id)s) or (role:manager and domain_id:%(target.group.domain_id)s and domain_id:%(target.domain.id)s)) and rule:domain_managed_target_role
check 81 (rule:admin_required) or (role:manager and domain_id:%(target.group.domain_id)s)
check 82 (rule:admin_required) or (role:manager and domain_id:%(target.project.domain_id)s)
check 83 (rule:admin_required) or (role:manager and token.domain.id:%(target.user.domain_id)s)
check 84 (rule:admin_required or (role:reader and system_scope:all)) or (role:manager and rule:domain_managed_target_role)
check 85 (rule:admin_required or (role:reader and system_scope:all)) or (role:manager and not domain_id:None)
check 86 (rule:admin_required) or (role:member and user_id:%(target.credential.user_id)s)
check 87 (rule:admin_required) or (role:manager and domain_id:%(target.project.domain_id)s and not None:%(target.project.domain_id)s)
check 88 (rule:admin_required) or (role:reader and system_scope:all) or (role:reader and domain_id:%(target.project.domain_id)s and not None:%(target.project.domain_id)s) or project_id:%(target.project.id)s
check 89 (rule:admin_required) or (role:reader and system_scope:all) or (role:reader and domain_id:%(target.domain_id)s and not None:%(target.domain_id)s)
rule admin_or_owner 12=0
rule admin_or_token_subject 12=1
rule admin_required 12=2
rule domain_managed_target_role 26=78
rule identity:add_endpoint_group_to_project 12=3 16=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:add_endpoint_to_project 12=3 16=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:add_user_to_group 12=3 15=19|3 23.0.2=3|3 24=19|3 24.1.0=3|3 26=79|3
rule identity:authorize_request_token 12=3
rule identity:check_endpoint_in_project 12=3 16=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:check_grant 12=3 15=20|3 16=36|3 23.0.2=56|3 24=36|3 24.1.0=56|3
rule identity:check_implied_role 12=3 16=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:check_policy_association_for_endpoint 12=3 16=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:check_policy_association_for_region_and_service 12=3 16=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:check_policy_association_for_service 12=3 16=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:check_system_grant_for_group 13=3 15=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:check_system_grant_for_user 13=3 15=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:check_token 12=4 16=37|4 23.0.2=57|4 24=37|4 24.1.0=57|4 25=37|4 26=57|4
rule identity:check_user_in_group 12=3 15=21|3 23.0.2=58|3 24=21|3 24.1.0=58|3
rule identity:create_application_credential 13=7 16=13
rule identity:create_consumer 12=3 16=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:create_credential 12=3 15=22|3 23.0.2=59|3 24=22|3 24.1.0=59|3 25=22|3 26=59|3
rule identity:create_domain 12=3 15=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:create_domain_config 12=3 16=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:create_domain_role 12=3 16=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:create_endpoint 12=3 15=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:create_endpoint_group 12=3 16=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:create_grant 12=3 15=23|3 16=38|3 23.0.2=60|3 24=38|3 24.1.0=60|3 26=80|3
rule identity:create_group 12=3 15=24|3 23.0.2=3|3 24=24|3 24.1.0=3|3 26=81|3
rule identity:create_identity_provider 12=3 15=23|3@identity:create_identity_providers 18.1.0=23|3 19=23|3@identity:create_identity_providers 19.0.1=23|3 20=23|3@identity:create_identity_providers 20.0.1=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:create_implied_role 12=3 16=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:create_limits 13=3 15=23 23.0.2=3 24=23 24.1.0=3
rule identity:create_mapping 12=3 15=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:create_policy 12=3 16=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:create_policy_association_for_endpoint 12=3 16=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:create_policy_association_for_region_and_service 12=3 16=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:create_policy_association_for_service 12=3 16=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:create_project 12=3 15=25|3 23.0.2=3|3 24=25|3 24.1.0=3|3 26=82|3 27.1.0=87|3 28=82|3 28.1.0=87|3
rule identity:create_project_tag 13=3 16=39|3 23.0.2=3|3 24=39|3 24.1.0=3|3 26=82|3 27.1.0=87|3 28=82|3 28.1.0=87|3
rule identity:create_protocol 12=3 15=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:create_region 12=3 15=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:create_registered_limits 13=3 15=23 23.0.2=3 24=23 24.1.0=3
rule identity:create_role 12=3 15=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:create_service 12=3 15=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:create_service_provider 12=3 15=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:create_system_grant_for_group 13=3 15=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:create_system_grant_for_user 13=3 15=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:create_trust 12=5 27.1.0=42 28=5 28.1.0=42 29=5 29.1.0=42
rule identity:create_user 12=3 15=26|3 23.0.2=3|3 24=26|3 24.1.0=3|3 26=83|3
rule identity:delete_access_rule 16=40
rule identity:delete_access_token 12=3
rule identity:delete_application_credential 13=7 16=41|7@identity:delete_application_credentials 18.1.0=41|7 19=41|7@identity:delete_application_credentials 19.0.1=41|7 20=41|7@identity:delete_application_credentials 20.0.1=41|7 23.0.2=7|7 24=41|7 24.1.0=7|7 25=41|7 26=7|7
rule identity:delete_consumer 12=3 16=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:delete_credential 12=3 15=22|3 23.0.2=59|3 24=22|3 24.1.0=59|3 25=22|3 26=59|3
rule identity:delete_domain 12=3 15=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:delete_domain_config 12=3 16=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:delete_domain_role 12=3 16=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:delete_endpoint 12=3 15=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:delete_endpoint_group 12=3 16=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:delete_group 12=3 15=24|3 23.0.2=3|3 24=24|3 24.1.0=3|3 26=81|3
rule identity:delete_identity_provider 12=3 15=23|3@identity:delete_identity_providers 18.1.0=23|3 19=23|3@identity:delete_identity_providers 19.0.1=23|3 20=23|3@identity:delete_identity_providers 20.0.1=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:delete_implied_role 12=3 16=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:delete_limit 13=3 15=23 23.0.2=3 24=23 24.1.0=3
rule identity:delete_mapping 12=3 15=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:delete_policy 12=3 16=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:delete_policy_association_for_endpoint 12=3 16=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:delete_policy_association_for_region_and_service 12=3 16=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:delete_policy_association_for_service 12=3 16=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:delete_project 12=3 15=25|3 23.0.2=3|3 24=25|3 24.1.0=3|3 26=82|3 27.1.0=87|3 28=82|3 28.1.0=87|3
rule identity:delete_project_tag 13=3 16=39|3 23.0.2=3|3 24=39|3 24.1.0=3|3 26=82|3 27.1.0=87|3 28=82|3 28.1.0=87|3
rule identity:delete_project_tags 13=3 16=39|3 23.0.2=3|3 24=39|3 24.1.0=3|3 26=82|3 27.1.0=87|3 28=82|3 28.1.0=87|3
rule identity:delete_protocol 12=3 15=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:delete_region 12=3 15=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:delete_registered_limit 13=3 15=23 23.0.2=3 24=23 24.1.0=3
rule identity:delete_role 12=3 15=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:delete_service 12=3 15=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:delete_service_provider 12=3 15=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:delete_trust 12=6 16=43|42 23.0.2=61|42 24=43|42 24.1.0=61|42
rule identity:delete_user 12=3 15=26|3 23.0.2=3|3 24=26|3 24.1.0=3|3 26=83|3
rule identity:ec2_create_credential 12=7 16=41|7@identity:ec2_create_credentials 18.1.0=41|7 19=41|7@identity:ec2_create_credentials 19.0.1=41|7 20=41|7@identity:ec2_create_credentials 20.0.1=41|7 23.0.2=7|7 24=41|7 24.1.0=7|7 25=41|7 26=7|7 26.1.1=86|7 27=7|7 27.1.0=86|7 28=7|7 28.1.0=86|7 29=7|7 29.1.0=86|7
rule identity:ec2_delete_credential 12=8 16=22|8@identity:ec2_delete_credentials 18.1.0=22|8 19=22|8@identity:ec2_delete_credentials 19.0.1=22|8 20=22|8@identity:ec2_delete_credentials 20.0.1=22|8 23.0.2=59|8 24=22|8 24.1.0=59|8 25=22|8 26=59|8 26.1.1=86|8 27=59|8 27.1.0=86|8 28=59|8 28.1.0=86|8 29=59|8 29.1.0=86|8
rule identity:ec2_get_credential 12=8 16=27|8 23.0.2=62|8 24=27|8 24.1.0=62|8 25=27|8 26=62|8
rule identity:ec2_list_credentials 12=7 16=44|7 23.0.2=63|7 24=44|7 24.1.0=63|7 25=44|7 26=63|7
rule identity:ec2tokens_validate 26.1.1=11 27=- 27.1.0=11 28=- 28.1.0=11
rule identity:get_access_rule 16=45
rule identity:get_access_token 12=3
rule identity:get_access_token_role 12=3
rule identity:get_application_credential 13=7 16=44|7@identity:get_application_credentials 18.1.0=44|7 19=44|7@identity:get_application_credentials 19.0.1=44|7 20=44|7@identity:get_application_credentials 20.0.1=44|7 23.0.2=63|7 24=44|7 24.1.0=63|7 25=44|7 26=63|7
rule identity:get_auth_catalog 12=6
rule identity:get_auth_domains 12=6
rule identity:get_auth_projects 12=6
rule identity:get_auth_system 13=6
rule identity:get_consumer 12=3 16=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:get_credential 12=3 15=27|3 23.0.2=62|3 24=27|3 24.1.0=62|3 25=27|3 26=62|3
rule identity:get_domain 12=9 14.2.0=18 15=28|9 23.0.2=64|9 24=28|9 24.1.0=64|9
rule identity:get_domain_config 12=3 16=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:get_domain_config_default 12=3 16=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:get_domain_role 12=3 16=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:get_endpoint 12=3 15=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:get_endpoint_group 12=3 16=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:get_endpoint_group_in_project 12=3 16=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:get_group 12=3 15=29|3 23.0.2=65|3 24=29|3 24.1.0=65|3
rule identity:get_identity_provider 12=3 15=20|3@identity:get_identity_providers 18.1.0=20|3 19=20|3@identity:get_identity_providers 19.0.1=20|3 20=20|3@identity:get_identity_providers 20.0.1=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:get_implied_role 12=3 16=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:get_limit 13=6 15=30 16=46 23.0.2=66 24=46 24.1.0=66
rule identity:get_limit_model 14=6
rule identity:get_mapping 12=3 15=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:get_policy 12=3 16=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:get_policy_for_endpoint 12=3 16=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:get_project 12=10 15=31|10 23.0.2=67|10 24=31|10 24.1.0=67|10 27.1.0=88|10 28=67|10 28.1.0=88|10
rule identity:get_project_tag 13=10 16=31|10 23.0.2=67|10 24=31|10 24.1.0=67|10 27.1.0=88|10 28=67|10 28.1.0=88|10
rule identity:get_protocol 12=3 15=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:get_region 12=6
rule identity:get_registered_limit 13=6
rule identity:get_role 12=3 15=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3 26=84|3
rule identity:get_role_for_trust 12=6 16=48|47 23.0.2=68|47 24=48|47 24.1.0=68|47
rule identity:get_security_compliance_domain_config 12=6
rule identity:get_service 12=3 15=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:get_service_provider 12=3 15=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:get_trust 12=6 16=48|47 23.0.2=68|47 24=48|47 24.1.0=68|47
rule identity:get_user 12=7 15=32|7 23.0.2=69|7 24=32|7 24.1.0=69|7
rule identity:list_access_rules 16=45
rule identity:list_access_token_roles 12=3
rule identity:list_access_tokens 12=3
rule identity:list_application_credentials 13=7 16=44|7 23.0.2=63|7 24=44|7 24.1.0=63|7 25=44|7 26=63|7
rule identity:list_consumers 12=3 16=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:list_credentials 12=3 15=27|3 23.0.2=62|3 24=27|3 24.1.0=62|3 25=27|3 26=62|3
rule identity:list_domain_roles 12=3 16=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:list_domains 12=3 15=20|3 23.0.2=70|3 24=20|3 24.1.0=70|3
rule identity:list_domains_for_user 12=6
rule identity:list_endpoint_groups 12=3 16=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:list_endpoint_groups_for_project 12=3 16=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:list_endpoints 12=3 15=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:list_endpoints_associated_with_endpoint_group 12=3 16=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:list_endpoints_for_policy 12=3 16=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:list_endpoints_for_project 12=3 16=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:list_grants 12=3 15=20|3 16=49|3 23.0.2=71|3 24=49|3 24.1.0=71|3
rule identity:list_groups 12=3 15=29|3 23.0.2=65|3 24=29|3 24.1.0=65|3
rule identity:list_groups_for_user 12=7 15=33|7 23.0.2=72|7 24=33|7 24.1.0=72|7
rule identity:list_identity_providers 12=3 15=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:list_implied_roles 12=3 16=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:list_limits 13=6
rule identity:list_mappings 12=3 15=20|3@identity:get_mapping 16=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:list_policies 12=3 16=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:list_project_tags 13=10 16=31|10 23.0.2=67|10 24=31|10 24.1.0=67|10 27.1.0=88|10 28=67|10 28.1.0=88|10
rule identity:list_projects 12=3 15=34|3 23.0.2=73|3 24=34|3 24.1.0=73|3
rule identity:list_projects_associated_with_endpoint_group 12=3 16=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:list_projects_for_endpoint 12=3 16=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:list_projects_for_user 12=6
rule identity:list_protocols 12=3 15=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:list_regions 12=6
rule identity:list_registered_limits 13=6
rule identity:list_revoke_events 12=11
rule identity:list_role_assignments 12=3 15=34|3 23.0.2=73|3 24=34|3 24.1.0=73|3 27.1.0=89|3 28=73|3 28.1.0=89|3 29=73|3 29.1.0=89|3
rule identity:list_role_assignments_for_tree 12=3 16=50|3 23.0.2=73|3 24=50|3 24.1.0=73|3 27.1.0=89|3 28=73|3 28.1.0=89|3 29=73|3 29.1.0=89|3
rule identity:list_role_inference_rules 12=3 16=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:list_roles 12=3 15=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3 26=85|3
rule identity:list_roles_for_trust 12=6 16=48|47 23.0.2=68|47 24=48|47 24.1.0=68|47
rule identity:list_service_providers 12=3 15=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:list_services 12=3 15=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:list_system_grants_for_group 13=3 15=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:list_system_grants_for_user 13=3 15=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:list_trusts 12=6 16=20|3 23.0.2=55|3 24=20|3 24.1.0=55|3
rule identity:list_trusts_for_trustee 16=51 23.0.2=74 24=51 24.1.0=74
rule identity:list_trusts_for_trustor 16=52 23.0.2=75 24=52 24.1.0=75
rule identity:list_user_projects 12=7 15=35|7 23.0.2=76|7 24=35|7 24.1.0=76|7
rule identity:list_users 12=3 15=34|3 23.0.2=73|3 24=34|3 24.1.0=73|3
rule identity:list_users_in_group 12=3 15=29|3 23.0.2=65|3 24=29|3 24.1.0=65|3
rule identity:remove_endpoint_from_project 12=3 16=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:remove_endpoint_group_from_project 12=3 16=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:remove_user_from_group 12=3 15=19|3 23.0.2=3|3 24=19|3 24.1.0=3|3 26=79|3
rule identity:revocation_list 12=11
rule identity:revoke_grant 12=3 15=23|3 16=38|3 23.0.2=60|3 24=38|3 24.1.0=60|3 26=80|3
rule identity:revoke_system_grant_for_group 13=3 15=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:revoke_system_grant_for_user 13=3 15=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:revoke_token 12=4 16=53|4 23.0.2=1|4 24=53|4 24.1.0=1|4 25=53|4 26=1|4
rule identity:revoke_tokens_for_user 30=7
rule identity:s3tokens_validate 26.1.1=11 27=- 27.1.0=11 28=- 28.1.0=11
rule identity:update_consumer 12=3 16=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:update_credential 12=3 15=22|3 23.0.2=59|3 24=22|3 24.1.0=59|3 25=22|3 26=59|3
rule identity:update_domain 12=3 15=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:update_domain_config 12=3 16=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:update_domain_role 12=3 16=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:update_endpoint 12=3 15=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:update_endpoint_group 12=3 16=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:update_group 12=3 15=24|3 23.0.2=3|3 24=24|3 24.1.0=3|3 26=81|3
rule identity:update_identity_provider 12=3 15=23|3@identity:update_identity_providers 18.1.0=23|3 19=23|3@identity:update_identity_providers 19.0.1=23|3 20=23|3@identity:update_identity_providers 20.0.1=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:update_limit 14=3 15=23 23.0.2=3 24=23 24.1.0=3
rule identity:update_limits 13=3 14=-
rule identity:update_mapping 12=3 15=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:update_policy 12=3 16=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:update_project 12=3 15=25|3 23.0.2=3|3 24=25|3 24.1.0=3|3 26=82|3 27.1.0=87|3 28=82|3 28.1.0=87|3
rule identity:update_project_tags 13=3 16=39|3 23.0.2=3|3 24=39|3 24.1.0=3|3 26=82|3 27.1.0=87|3 28=82|3 28.1.0=87|3
rule identity:update_protocol 12=3 15=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:update_region 12=3 15=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:update_registered_limit 14=3 15=23 23.0.2=3 24=23 24.1.0=3
rule identity:update_registered_limits 13=3 14=-
rule identity:update_role 12=3 15=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:update_service 12=3 15=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:update_service_provider 12=3 15=23|3 23.0.2=3|3 24=23|3 24.1.0=3|3
rule identity:update_user 12=3 15=26|3 23.0.2=3|3 24=26|3 24.1.0=3|3 26=83|3
rule identity:validate_token 12=12 16=54|12 23.0.2=77|12 24=54|12 24.1.0=77|12 25=54|12 26=77|12
rule identity:validate_token_head 12=11 13=-
rule owner 12=13
rule service_admin_or_token_subject 12=14
rule service_or_admin 12=15
rule service_role 12=16
rule token_subject 12=17
`;
