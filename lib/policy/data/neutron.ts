// Written by scripts/policy-data.mjs; lib/policy/code-rules.ts says what it means.
export const neutron = `sources fb9d1ceb377f2643e2285bac6abfb0b9ed7b722689eb82b1531996404d7e9484
release stein 14.0.0 14.4.2
release train 15.0.0 15.3.4
release ussuri 16.0.0 16.4.2
release victoria 17.0.0 17.4.1
release wallaby 18.0.0 18.6.0
release xena 19.0.0 19.7.0
release yoga 20.0.0 20.5.0
release zed 21.0.0 21.2.1
release 2023.1 22.0.0 22.2.1
release 2023.2 23.0.0 23.5.0
release 2024.1 24.0.0 24.2.2
release 2024.2 25.0.0 25.2.3
release 2025.1 26.0.0 26.0.6
release 2025.2 27.0.0 27.0.4
release 2026.1 28.0.0 28.0.2
release 2026.2 29.0.0
check 0 rule:admin_or_owner
check 1 rule:context_is_admin
check 2 rule:context_is_admin or role:data_plane_integrator
check 3 rule:context_is_admin or tenant_id:%(ext_parent:tenant_id)s
check 4 rule:context_is_admin or tenant_id:%(network:tenant_id)s
check 5 rule:context_is_admin or rule:owner
check 6 rule:owner or rule:admin_or_network_owner
check 7 role:admin
check 8 role:advsvc
check 9 rule:regular_user
check 10 rule:admin_only
check 11 rule:admin_or_ext_parent_owner
check 12 rule:admin_or_network_owner
check 13 not rule:network_device or rule:context_is_advsvc or rule:admin_or_network_owner
check 14 rule:context_is_advsvc or rule:admin_or_network_owner
check 15 rule:context_is_advsvc or rule:admin_or_network_owner or rule:shared
check 16 rule:restrict_wildcard
check 17 rule:delete_policy_bandwidth_limit_rule
check 18 rule:delete_policy_dscp_marking_rule
check 19 rule:delete_policy_minimum_bandwidth_rule
check 20 rule:context_is_advsvc or rule:admin_owner_or_network_owner
check 21 field:networks:router:external=True
check 22 rule:admin_or_owner or rule:shared_address_scopes
check 23 rule:get_policy_bandwidth_limit_rule
check 24 rule:get_policy_dscp_marking_rule
check 25 rule:get_policy_minimum_bandwidth_rule
check 26 rule:admin_or_owner or rule:shared or rule:external or rule:context_is_advsvc
check 27 rule:admin_or_owner or rule:shared
check 28 rule:admin_or_owner or rule:shared_subnetpools
check 29 field:port:device_owner=~^network:
check 30 tenant_id:%(tenant_id)s
check 31 
check 32 (not field:rbac_policy:target_tenant=*) or rule:admin_only
check 33 field:networks:shared=True
check 34 field:address_scopes:shared=True
check 35 field:subnetpools:shared=True
check 36 rule:update_policy_bandwidth_limit_rule
check 37 rule:update_policy_dscp_marking_rule
check 38 rule:update_policy_minimum_bandwidth_rule
check 39 rule:admin_or_owner or rule:context_is_advsvc
check 40 rule:admin_or_data_plane_int
check 41 rule:admin_only or rule:context_is_advsvc
check 42 rule:restrict_wildcard and rule:admin_or_owner
check 43 rule:context_is_admin or tenant_id:%(security_group:tenant_id)s
check 44 rule:owner or rule:admin_or_sg_owner
check 45 rule:admin_owner_or_sg_owner
check 46 (role:admin and system_scope:all) or (role:member and project_id:%(project_id)s)
check 47 role:admin and system_scope:all
check 48 (role:admin and system_scope:all) or (role:member and project_id:%(project_id)s) or rule:ext_parent_owner
check 49 role:admin and system_scope:all or role:admin and project_id:%(project_id)s or rule:network_owner
check 50 not rule:network_device or role:admin and system_scope:all or role:admin and project_id:%(project_id)s or rule:context_is_advsvc or rule:network_owner
check 51 rule:context_is_advsvc or rule:network_owner or role:admin and system_scope:all or role:admin and project_id:%(project_id)s or rule:shared
check 52 rule:context_is_advsvc or rule:network_owner or role:admin and system_scope:all or role:admin and project_id:%(project_id)s
check 53 role:admin and system_scope:all or rule:restrict_wildcard
check 54 (role:admin and system_scope:all) or (role:member and project_id:%(project_id)s) or rule:network_owner
check 55 rule:context_is_advsvc or (role:admin and system_scope:all) or (role:member and project_id:%(project_id)s)
check 56 tenant_id:%(ext_parent:tenant_id)s
check 57 rule:admin_or_owner or rule:shared_address_groups
check 58 (role:reader and system_scope:all) or (role:reader and project_id:%(project_id)s) or rule:shared_address_groups
check 59 (role:reader and system_scope:all) or (role:reader and project_id:%(project_id)s) or rule:shared_address_scopes
check 60 role:reader and system_scope:all
check 61 (role:reader and system_scope:all) or (role:reader and project_id:%(project_id)s)
check 62 (role:reader and system_scope:all) or (role:reader and project_id:%(project_id)s) or rule:ext_parent_owner
check 63 (role:reader and system_scope:all) or (role:reader and project_id:%(project_id)s) or rule:shared or rule:external or rule:context_is_advsvc
check 64 rule:context_is_advsvc or (role:reader and system_scope:all) or (role:reader and project_id:%(project_id)s)
check 65 (role:reader and system_scope:all) or (role:reader and project_id:%(project_id)s) or rule:sg_owner
check 66 (role:reader and system_scope:all) or (role:reader and project_id:%(project_id)s) or rule:shared
check 67 (role:reader and system_scope:all) or (role:reader and project_id:%(project_id)s) or rule:shared_subnetpools
check 68 tenant_id:%(network:tenant_id)s
check 69 tenant_id:%(security_group:tenant_id)s
check 70 field:address_groups:shared=True
check 71 (role:admin and system_scope:all) or (role:member and project_id:%(project_id)s) or rule:context_is_advsvc
check 72 role:admin and system_scope:all or role:data_plane_integrator
check 73 not rule:network_device or rule:context_is_advsvc or rule:network_owner or role:admin and system_scope:all or role:admin and project_id:%(project_id)s
check 74 role:admin and system_scope:all or rule:context_is_advsvc
check 75 role:admin and system_scope:all or (not field:rbac_policy:target_tenant=*)
check 76 role:reader
check 77 role:member and project_id:%(project_id)s
check 78 role:admin and project_id:%(project_id)s
check 79 role:member and project_id:%(project_id)s or rule:ext_parent_owner
check 80 role:admin and project_id:%(project_id)s or rule:network_owner
check 81 not rule:network_device or role:admin and project_id:%(project_id)s or rule:context_is_advsvc or rule:network_owner
check 82 rule:context_is_advsvc or rule:network_owner or role:admin and project_id:%(project_id)s or rule:shared
check 83 rule:context_is_advsvc or rule:network_owner or role:admin and project_id:%(project_id)s
check 84 role:admin and project_id:%(project_id)s or (not field:rbac_policy:target_tenant=* and not field:rbac_policy:target_project=*)
check 85 role:member and project_id:%(project_id)s or rule:network_owner
check 86 rule:delete_policy_minimum_packet_rate_rule
check 87 rule:context_is_advsvc or role:member and project_id:%(project_id)s
check 88 role:reader and project_id:%(project_id)s or rule:shared_address_groups
check 89 role:reader and project_id:%(project_id)s or rule:shared_address_scopes
check 90 role:reader and project_id:%(project_id)s
check 91 rule:get_policy_minimum_packet_rate_rule
check 92 role:reader and project_id:%(project_id)s or rule:ext_parent_owner
check 93 role:reader and project_id:%(project_id)s or rule:shared or rule:external or rule:context_is_advsvc
check 94 rule:context_is_advsvc or role:reader and project_id:%(project_id)s
check 95 role:admin or role:reader and system_scope:all
check 96 role:reader and project_id:%(project_id)s or rule:sg_owner
check 97 role:reader and project_id:%(project_id)s or rule:shared
check 98 role:reader and project_id:%(project_id)s or rule:shared_subnetpools
check 99 (not field:rbac_policy:target_tenant=* and not field:rbac_policy:target_project=*) or rule:admin_only
check 100 rule:update_policy_minimum_packet_rate_rule
check 101 role:member and project_id:%(project_id)s or rule:context_is_advsvc
check 102 role:admin and project_id:%(project_id)s or role:data_plane_integrator
check 103 not rule:network_device or rule:context_is_advsvc or rule:network_owner or role:admin and project_id:%(project_id)s
check 104 role:admin and project_id:%(project_id)s or rule:context_is_advsvc
check 105 rule:admin_only or role:member and project_id:%(project_id)s
check 106 rule:admin_only or rule:network_owner
check 107 not rule:network_device or rule:admin_only or rule:context_is_advsvc or rule:network_owner
check 108 rule:context_is_advsvc or rule:network_owner or rule:admin_only or rule:shared
check 109 rule:context_is_advsvc or rule:network_owner or rule:admin_only
check 110 rule:admin_only or (not field:rbac_policy:target_tenant=* and not field:rbac_policy:target_project=*)
check 111 rule:admin_only or role:member and project_id:%(project_id)s or rule:network_owner
check 112 rule:admin_only or rule:context_is_advsvc or role:member and project_id:%(project_id)s
check 113 rule:admin_only or role:reader and project_id:%(project_id)s or rule:shared_address_scopes
check 114 rule:admin_only or role:reader and project_id:%(project_id)s
check 115 (rule:admin_only) or (role:reader and project_id:%(project_id)s)
check 116 rule:admin_only or role:reader and project_id:%(project_id)s or rule:shared or rule:external or rule:context_is_advsvc
check 117 rule:admin_only or rule:context_is_advsvc or role:reader and project_id:%(project_id)s
check 118 rule:admin_only or role:reader and project_id:%(project_id)s or rule:shared
check 119 rule:admin_only or role:reader and project_id:%(project_id)s or rule:shared_subnetpools
check 120 rule:admin_only or role:member and project_id:%(project_id)s or rule:context_is_advsvc
check 121 rule:admin_only or role:data_plane_integrator
check 122 not rule:network_device or rule:context_is_advsvc or rule:network_owner or rule:admin_only
check 123 (rule:admin_only) or (role:member and project_id:%(project_id)s)
check 124 (rule:admin_only) or (role:member and rule:ext_parent_owner)
check 125 (rule:admin_only) or (role:member and project_id:%(project_id)s) or rule:ext_parent_owner
check 126 rule:admin_only or role:member and rule:network_owner
check 127 rule:admin_only or rule:context_is_advsvc or role:member and project_id:%(project_id)s or rule:network_owner
check 128 (rule:admin_only) or (role:member and project_id:%(project_id)s) or role:member and rule:network_owner
check 129 (rule:admin_only) or (role:reader and project_id:%(project_id)s) or rule:shared_address_groups
check 130 (rule:admin_only) or (role:reader and rule:ext_parent_owner)
check 131 (rule:admin_only) or (role:reader and project_id:%(project_id)s) or rule:ext_parent_owner
check 132 (rule:admin_only) or (role:reader and project_id:%(project_id)s) or rule:shared or rule:external or rule:context_is_advsvc
check 133 (rule:admin_only) or (role:reader and project_id:%(project_id)s) or rule:shared_qos_policy
check 134 rule:admin_only or rule:context_is_advsvc or rule:network_owner or role:reader and project_id:%(project_id)s
check 135 (rule:admin_only) or (role:reader and project_id:%(project_id)s) or rule:shared_security_group
check 136 (rule:admin_only) or (role:reader and project_id:%(project_id)s) or rule:sg_owner
check 137 (rule:admin_only) or (role:reader and project_id:%(project_id)s) or rule:shared
check 138 (rule:admin_only) or (role:reader and project_id:%(project_id)s) or rule:shared_subnetpools
check 139 field:policies:shared=True
check 140 field:security_groups:shared=True
check 141 (rule:admin_only) or (role:member and project_id:%(project_id)s) or rule:network_owner
check 142 (rule:admin_only) or (role:member and rule:network_owner)
check 143 not rule:network_device or rule:context_is_advsvc or (rule:admin_only) or (role:member and rule:network_owner)
check 144 rule:context_is_advsvc or (rule:admin_only) or (role:member and rule:network_owner) or rule:shared
check 145 rule:context_is_advsvc or (rule:admin_only) or (role:member and rule:network_owner)
check 146 rule:context_is_advsvc or role:member and project_id:%(project_id)s or (rule:admin_only) or (role:member and rule:network_owner)
check 147 rule:context_is_advsvc or (rule:admin_only) or (role:reader and rule:network_owner) or role:reader and project_id:%(project_id)s
check 148 (rule:admin_only) or (role:member and rule:sg_owner)
check 149 role:member and project_id:%(project_id)s or (rule:admin_only) or (role:member and rule:network_owner)
check 150 (rule:admin_only) or (role:reader and rule:sg_owner)
check 151 rule:shared or rule:admin_or_owner
check 152 role:reader and project_id:%(project_id)s or rule:shared or (rule:admin_only) or (role:reader and rule:network_owner)
check 153 role:reader and project_id:%(project_id)s or rule:shared or rule:external_network or (rule:admin_only) or (role:reader and rule:network_owner)
check 154 (rule:admin_only) or (role:member and project_id:%(project_id)s) or rule:context_is_advsvc
check 155 rule:service_api
check 156 (rule:admin_only) or (role:member and project_id:%(project_id)s) or rule:service_api
check 157 (rule:admin_only) or (rule:service_api)
check 158 not rule:network_device or (rule:admin_only) or (rule:service_api) or role:member and rule:network_owner
check 159 (rule:admin_only) or (rule:service_api) or role:member and rule:network_owner or rule:shared
check 160 (rule:admin_only) or (rule:service_api) or role:member and rule:network_owner
check 161 (rule:admin_only) or (rule:service_api) or role:member and rule:network_owner or role:member and project_id:%(project_id)s
check 162 (rule:admin_only) or (role:member and rule:network_owner) or role:member and project_id:%(project_id)s
check 163 (rule:admin_only) or (role:reader and project_id:%(project_id)s) or rule:service_api or rule:shared or rule:external or rule:context_is_advsvc
check 164 (rule:admin_only) or (rule:service_api) or role:reader and rule:network_owner or role:reader and project_id:%(project_id)s
check 165 (rule:admin_only) or (role:member and rule:network_owner) or role:reader and project_id:%(project_id)s or rule:shared
check 166 field:security_group_rules:belongs_to_default_sg=True
check 167 role:service
check 168 (rule:admin_only) or (rule:service_api) or role:member and project_id:%(project_id)s
check 169 (rule:admin_only) or (role:manager and project_id:%(project_id)s)
check 170 (rule:admin_only) or (role:manager and rule:ext_parent_owner)
check 171 (rule:admin_only) or (role:member and rule:network_owner) or role:manager and project_id:%(project_id)s
check 172 not rule:network_device or (rule:admin_only) or (rule:service_api) or role:manager and project_id:%(project_id)s or role:member and rule:network_owner
check 173 (rule:admin_only) or (rule:service_api) or role:manager and project_id:%(project_id)s or role:member and rule:network_owner or rule:shared
check 174 (rule:admin_only) or (rule:service_api) or role:manager and project_id:%(project_id)s or role:member and rule:network_owner
check 175 field:subnets:router:external=True
check 176 rule:shared or rule:external_network or rule:admin_or_owner
check 177 role:reader and project_id:%(project_id)s or rule:shared or rule:external_network or (rule:admin_only) or (role:member and rule:network_owner)
check 178 (rule:admin_only) or (rule:service_api) or role:manager and project_id:%(project_id)s
check 179 rule:admin_only or not field:rbac_policy:target_project=*
check 180 (rule:admin_only) or (role:member and rule:network_owner) or rule:service_api
check 181 role:reader and project_id:%(project_id)s or rule:shared or rule:external_network or (rule:admin_only) or (role:reader and rule:network_owner) or rule:service_api
check 182 (rule:admin_only) or (rule:service_api) or role:manager and rule:network_owner
check 183 !
check 184 (rule:admin_only) or (role:member and rule:network_owner) or role:manager and project_id:%(project_id)s or rule:service_api
check 185 rule:context_is_admin or project_id:%(ext_parent:project_id)s
check 186 rule:context_is_admin or project_id:%(network:project_id)s
check 187 rule:context_is_admin or project_id:%(security_group:project_id)s
check 188 project_id:%(ext_parent:project_id)s
check 189 project_id:%(network:project_id)s
check 190 project_id:%(project_id)s
check 191 project_id:%(security_group:project_id)s
check 192 (rule:admin_only) or (rule:service_api) or role:reader and project_id:%(project_id)s
check 193 field:port:device_owner=~^baremetal:
check 194 field:port:device_owner=~^compute:
check 195 (rule:admin_only) or (rule:service_api) or (service_roles:service and (role:member and rule:network_owner or role:member and project_id:%(project_id)s)) or (not rule:compute_device and not rule:baremetal_device and not rule:manila_device and (role:member and rule:network_owner or role:member and project_id:%(project_id)s))
check 196 field:port:device_owner=~^manila:
rule activate 23=10 24=155
rule add_addresses 29=123|0
rule add_external_gateways 26=123
rule add_external_gateways:external_gateways 26=123
rule add_external_gateways:external_gateways:enable_snat 26=10
rule add_external_gateways:external_gateways:external_fixed_ips 26=10
rule add_external_gateways:external_gateways:network_id 26=123
rule add_extraroutes 19=46|0 20=77|0 21=105|0 21.2.1=123|0
rule add_prefixes 15=0 18=46|0 20=77|0 21=105|0 21.2.1=123|0
rule add_router_interface 14=0 18=46|0 20=77|0 21=105|0 21.2.1=123|0
rule add_subports 14=0 18=46|0 20=77|0 21.2.1=123|0
rule admin_only 14=1
rule admin_or_data_plane_int 14=2
rule admin_or_ext_parent_owner 14=3 28=185
rule admin_or_network_owner 14=4 28=186
rule admin_or_owner 14=5
rule admin_or_sg_owner 14.4.2=43 15=- 15.3.4=43 28=187
rule admin_owner_or_network_owner 14=6
rule admin_owner_or_sg_owner 14.4.2=44 15=- 15.3.4=44
rule baremetal_device 29=193
rule compute_device 29=194
rule context_is_admin 14=7
rule context_is_advsvc 14=8
rule context_with_global_access 27=183
rule create_address_group 29=123|9
rule create_address_scope 14=9 18=46|9 20=77|9 21=105|9 21.2.1=123|9
rule create_address_scope:shared 14=10 18=47|10 20=78|10 21=10|10
rule create_agent 25=10
rule create_default_security_group 28.0.2=192
rule create_default_security_group_rule 23=10|10
rule create_dhcp-network 14=10 18=47|10 21=10|10
rule create_flavor 14=10 18=47|10 21=10|10
rule create_flavor_service_profile 14=10 18=47|10 21=10|10
rule create_floatingip 14=9 18=46|9 20=77|9 21=105|9 21.2.1=123|9
rule create_floatingip:floating_ip_address 14=10 18=47|10 20=78|10 21=10|10 25=169|10
rule create_floatingip:router_id 29=123
rule create_floatingip:tags 26=123|123@create_floatingips_tags
rule create_floatingip_port_forwarding 14=11 18=48|11 20=79|11 21.2.1=124|11 22=125|11 22.2.1=124|11
rule create_floatingips_tags 25=123 26=-
rule create_l3-router 14=10 18=47|10 21=10|10
rule create_local_ip 20=77|9 21.2.1=123|9
rule create_local_ip_port_association 20=79|11 21.2.1=125|11 24.2.2=124|11 25=125|11 25.2.3=124|11 26=125|11 26.0.6=124|11 27=125|11 27.0.4=124|11
rule create_log 14=10 18=47|10 21=10|10 25=169|10
rule create_metering_label 14=10 18=47|10 20=78|10 21=10|10 25=169|10
rule create_metering_label_rule 14=10 18=47|10 20=78|10 21=10|10 25=169|10
rule create_ndp_proxy 20=77|9 21.2.1=123|9
rule create_network 14=9 18=46|9 20=77|9 21=105|9 21.2.1=123|9
rule create_network:is_default 14=10 18=47|10 20=78|10 21=10|10
rule create_network:port_security_enabled 14=9 18=46|9 20=77|9 21=105|9 21.2.1=123|9
rule create_network:provider:network_type 14=10 18=47|10 20=78|10 21=10|10
rule create_network:provider:physical_network 14=10 18=47|10 20=78|10 21=10|10
rule create_network:provider:segmentation_id 14=10 18=47|10 20=78|10 21=10|10
rule create_network:pvlan 29=123
rule create_network:router:external 14=10 18=47|10 20=78|10 21=10|10
rule create_network:segments 14=10 18=47|10 20=78|10 21=10|10
rule create_network:shared 14=10 18=47|10 20=78|10 21=10|10
rule create_network:tags 26=123|123@create_networks_tags
rule create_network_segment_range 14=10 18=47|10 21=10|10
rule create_network_segment_range:tags 26=10|10@create_network_segment_ranges_tags
rule create_network_segment_ranges_tags 25=10 26=-
rule create_networks_tags 25=123 26=-
rule create_policies_tags 23.5.0=10 24=- 24.2.2=10 25=- 25.2.3=169 26=-
rule create_policy 14=10 18=47|10 20=78|10 21=10|10 25=169|10
rule create_policy:tags 26=169|169@create_policies_tags
rule create_policy_bandwidth_limit_rule 14=10 18=47|10 20=78|10 21=10|10 25=170|10
rule create_policy_dscp_marking_rule 14=10 18=47|10 20=78|10 21=10|10 25=170|10
rule create_policy_minimum_bandwidth_rule 14=10 18=47|10 20=78|10 21=10|10 25=170|10
rule create_policy_minimum_packet_rate_rule 20=78 21=10 25=170
rule create_policy_packet_rate_limit_rule 21=10 25=170
rule create_port 14=9 18=46|9 20=77|9 21=105|9 21.2.1=123|9 24=156|9 29=159|9
rule create_port:allowed_address_pairs 14=12 18=49|12 20=80|12 21=106|12 23=142|12 25=171|12 26.0.6=180|12 27=184|12 27.0.4=180|12 28=184|12 28.0.2=180|12
rule create_port:allowed_address_pairs:ip_address 14.4.2=12 18=49|12 20=80|12 21=106|12 23=142|12 25=171|12 26.0.6=180|12 27=184|12 27.0.4=180|12 28=184|12 28.0.2=180|12
rule create_port:allowed_address_pairs:mac_address 14.4.2=12 18=49|12 20=80|12 21=106|12 23=142|12 25=171|12 26.0.6=180|12 27=184|12 27.0.4=180|12 28=184|12 28.0.2=180|12
rule create_port:binding:host_id 14=10 18=47|10 20=78|10 21=10|10 24=157|10
rule create_port:binding:profile 14=10 18=47|10 20=78|10 21=10|10 24=155|10
rule create_port:binding:vnic_type 14=9 18=46|9 20=77|9 21=105|9 21.2.1=123|9 24=156|9
rule create_port:device_id 26.0.6=156|9
rule create_port:device_owner 14=13 18=50|13 20=81|13 21=107|13 23=143|13 24=158|13 25=172|13 26.0.6=158|13 27=172|13 27.0.4=158|13 28=172|13 28.0.2=158|13
rule create_port:fixed_ips 14=14 14.4.2=15 18=51|15 20=82|15 21=108|15 23=144|15 24=159|15 25=173|15 26.0.6=159|15 27=173|15 27.0.4=159|15 28=173|15 28.0.2=159|15
rule create_port:fixed_ips:ip_address 14=14 18=52|14 20=83|14 21=109|14 23=145|14 24=160|14 25=174|14 26.0.6=160|14 27=174|14 27.0.4=160|14 28=174|14 28.0.2=160|14
rule create_port:fixed_ips:subnet_id 14=15 18=51|15 20=82|15 21=108|15 23=144|15 24=159|15 25=173|15 26.0.6=159|15 27=173|15 27.0.4=159|15 28=173|15 28.0.2=159|15
rule create_port:hints 23=10
rule create_port:mac_address 14=14 18=52|14 20=83|14 21=109|14 23=145|14 24=160|14 25=174|14 26.0.6=160|14 27=174|14 27.0.4=160|14 28=174|14 28.0.2=160|14
rule create_port:port_security_enabled 14=14 18=52|14 20=83|14 21=109|14 23=145|14 24=160|14 25=174|14 26.0.6=160|14 27=174|14 27.0.4=160|14 28=174|14 28.0.2=160|14
rule create_port:pvlan_community 29=123
rule create_port:pvlan_type 29=123
rule create_port:tags 26=154|154@create_ports_tags
rule create_port:trusted 25=10
rule create_port_binding 23=10 24=155
rule create_ports_tags 25=154 26=-
rule create_rbac_policy 14=9 18=46|9 20=77|9 21=105|9 21.2.1=123|9
rule create_rbac_policy:target_project 26=179
rule create_rbac_policy:target_tenant 14=16 18=53|16 19=75|16 20=84|16 21=110|16
rule create_router 14=9 18=46|9 20=77|9 21=105|9 21.2.1=123|9
rule create_router:distributed 14=10 18=47|10 20=78|10 21=10|10
rule create_router:enable_default_route_bfd 23=10
rule create_router:enable_default_route_ecmp 23=10
rule create_router:evpn_vni 29=10
rule create_router:external_gateway_info 14=0 18=46|0 20=77|0 21=105|0 21.2.1=123|0
rule create_router:external_gateway_info:enable_snat 14=10 18=47|10 20=78|10 21=10|10
rule create_router:external_gateway_info:external_fixed_ips 14=10 18=47|10 20=78|10 21=10|10
rule create_router:external_gateway_info:network_id 14=0 18=46|0 20=77|0 21=105|0 21.2.1=123|0
rule create_router:ha 14=10 18=47|10 20=78|10 21=10|10
rule create_router:tags 26=123|169@create_routers_tags
rule create_router_conntrack_helper 15=11 18=48|11 20=79|11 21.2.1=125|11 24.2.2=124|11 25=125|11 25.2.3=124|11 26=125|11 26.0.6=124|11 27=125|11 27.0.4=124|11
rule create_routers_tags 25=123 26=-
rule create_security_group 14=0 18=46|0 20=77|0 21.2.1=123|0
rule create_security_group:tags 26=123|123@create_security_groups_tags
rule create_security_group_rule 14=0 18=46|0 20=77|0 21.2.1=123|0 23.5.0=148|0 24=123|0 24.2.2=148|0 25=123|0 25.2.3=148|0
rule create_security_groups_default_statefulness 29=169
rule create_security_groups_tags 25=123 26=-
rule create_segment 14=10 18=47|10 21=10|10
rule create_segments_tags 25=10
rule create_service_profile 14=10 18=47|10 21=10|10
rule create_subnet 14=12 18=54|12 20=85|12 21=111|12 21.2.1=126|12 22=141|12 22.2.1=126|12 23=142|12
rule create_subnet:segment_id 14=10 18=47|10 20=78|10 21=10|10
rule create_subnet:service_types 14=10 18=47|10 20=78|10 21=10|10
rule create_subnet:tags 26=149|149@create_subnets_tags
rule create_subnetpool 14=9 18=46|9 20=77|9 21=105|9 21.2.1=123|9
rule create_subnetpool:is_default 14=10 18=47|10 20=78|10 21=10|10
rule create_subnetpool:shared 14=10 18=47|10 20=78|10 21=10|10
rule create_subnetpool:tags 26=123|123@create_subnetpools_tags
rule create_subnetpools_tags 25=123 26=-
rule create_subnets_tags 25=149 26=-
rule create_trunk 14=9 18=46|9 20=77|9 21.2.1=123|9
rule create_trunk:tags 26=123|123@create_trunks_tags
rule create_trunks_tags 25=123 26=-
rule default 14=0
rule delete_address_group 29=123|0
rule delete_address_scope 14=0 18=46|0 20=77|0 21=105|0 21.2.1=123|0
rule delete_agent 14=10 18=47|10 21=10|10
rule delete_alias_bandwidth_limit_rule 14=17 20=78|10 21=10|10 25=170|10
rule delete_alias_dscp_marking_rule 14=18 20=78|10 21=10|10 25=170|10
rule delete_alias_minimum_bandwidth_rule 14=19 20=78|10 21=10|10 25=170|10
rule delete_alias_minimum_packet_rate_rule 20=86
rule delete_auto_allocated_topology 14=0 18=46|0 20=77|0 21.2.1=123|0
rule delete_default_security_group_rule 23=10|10
rule delete_dhcp-network 14=10 18=47|10@delete_dhcp-networ 19=47|10 21=10|10
rule delete_flavor 14=10 18=47|10 21=10|10
rule delete_flavor_service_profile 14=10 18=47|10 21=10|10
rule delete_floatingip 14=0 18=46|0 20=77|0 21=105|0 21.2.1=123|0
rule delete_floatingip:tags 26.0.6=123|123@delete_floatingips_tags 27=- 27.0.4=123|123@delete_floatingips_tags 28=- 28.0.2=123|123@delete_floatingips_tags
rule delete_floatingip_port_forwarding 14=11 18=48|11 20=79|11 21.2.1=124|11 22=125|11 22.2.1=124|11
rule delete_floatingips:tags 26=123|123@delete_floatingips_tags 26.0.6=- 27=123|123@delete_floatingips_tags 27.0.4=- 28=123|123@delete_floatingips_tags 28.0.2=-
rule delete_floatingips_tags 23.5.0=123 26=-
rule delete_l3-router 14=10 18=47|10 21=10|10
rule delete_local_ip 20=77|0 21.2.1=123|0
rule delete_local_ip_port_association 20=79|11 21.2.1=125|11 24.2.2=124|11 25=125|11 25.2.3=124|11 26=125|11 26.0.6=124|11 27=125|11 27.0.4=124|11
rule delete_log 14=10 18=47|10 21=10|10 25=169|10
rule delete_metering_label 14=10 18=47|10 20=78|10 21=10|10 25=169|10
rule delete_metering_label_rule 14=10 18=47|10 20=78|10 21=10|10 25=169|10
rule delete_ndp_proxy 20=77|0 21.2.1=123|0
rule delete_network 14=0 18=46|0 20=77|0 21=105|0 21.2.1=123|0
rule delete_network:tags 26=123|123@delete_networks_tags
rule delete_network_segment_range 14=10 18=47|10 21=10|10
rule delete_network_segment_range:tags 26=10|10@delete_network_segment_ranges_tags
rule delete_network_segment_ranges_tags 23.5.0=10 26=-
rule delete_networks_tags 23.5.0=123 26=-
rule delete_policies_tags 23.5.0=10 24=- 24.2.2=10 25=- 25.2.3=169 26=-
rule delete_policy 14=10 18=47|10 20=78|10 21=10|10 25=169|10
rule delete_policy:tags 26=169|169@delete_policies_tags
rule delete_policy_bandwidth_limit_rule 14=10 18=47|10 20=78|10 21=10|10 25=170|10
rule delete_policy_dscp_marking_rule 14=10 18=47|10 20=78|10 21=10|10 25=170|10
rule delete_policy_minimum_bandwidth_rule 14=10 18=47|10 20=78|10 21=10|10 25=170|10
rule delete_policy_minimum_packet_rate_rule 20=78 21=10 25=170
rule delete_policy_packet_rate_limit_rule 21=10 25=170
rule delete_port 14=20 18=55|20 20=87|20 21=112|20 21.2.1=127|20 23=146|20 24=161|20 29=195|20
rule delete_port:tags 26=146|146@delete_ports_tags
rule delete_port_binding 23=10 24=155
rule delete_ports_tags 23.5.0=146 26=-
rule delete_quota 17=10 18=47|10 21=10|10
rule delete_rbac_policy 14=0 18=46|0 20=77|0 21=105|0 21.2.1=123|0
rule delete_router 14=0 18=46|0 20=77|0 21=105|0 21.2.1=123|0
rule delete_router:tags 26=123|169@delete_routers_tags
rule delete_router_conntrack_helper 15=11 18=48|11 20=79|11 21.2.1=125|11 24.2.2=124|11 25=125|11 25.2.3=124|11 26=125|11 26.0.6=124|11 27=125|11 27.0.4=124|11
rule delete_routers_tags 23.5.0=123 26=-
rule delete_security_group 14=0 18=46|0 20=77|0 21.2.1=123|0
rule delete_security_group:tags 26=123|123@delete_security_groups_tags
rule delete_security_group_rule 14=0 18=46|0 20=77|0 21.2.1=123|0 23.5.0=148|0 24=123|0 24.2.2=148|0 25=123|0 25.2.3=148|0
rule delete_security_groups_default_statefulness 29=169
rule delete_security_groups_tags 23.5.0=123 26=-
rule delete_segment 14=10 18=47|10 21=10|10
rule delete_segments_tags 23.5.0=10
rule delete_service_profile 14=10 18=47|10 21=10|10
rule delete_subnet 14=12 18=54|12 20=85|12 21=111|12 21.2.1=128|12 22=141|12 22.2.1=128|12 23=142|12 23.5.0=149|12 24=162|12 24.2.2=149|12
rule delete_subnet:tags 26=149|149@delete_subnets_tags
rule delete_subnetpool 14=0 18=46|0 20=77|0 21=105|0 21.2.1=123|0
rule delete_subnetpool:tags 26=123|123@delete_subnetpools_tags
rule delete_subnetpools_tags 23.5.0=123 26=-
rule delete_subnets_tags 23.5.0=149 24=162 24.2.2=149 26=-
rule delete_trunk 14=0 18=46|0 20=77|0 21.2.1=123|0
rule delete_trunk:tags 26=123|123@delete_trunks_tags
rule delete_trunks_tags 23.5.0=123 26=-
rule ext_parent_owner 18=56 28=188
rule external 14=21
rule external_network 25=175
rule get_address_group 18=58|57 20=88|57 21.2.1=129|57
rule get_address_scope 14=22 18=59|22 20=89|22 21=113|22
rule get_agent 14=10 18=60|10 21=10|10
rule get_agent-loadbalancers 14=10 15=-
rule get_alias_bandwidth_limit_rule 14=23 20=90|9 21=114|9 21.2.1=130|9 22=115|9 22.2.1=130|9
rule get_alias_dscp_marking_rule 14=24 20=90|9 21=114|9 21.2.1=130|9 22=115|9 22.2.1=130|9
rule get_alias_minimum_bandwidth_rule 14=25 20=90|9 21=114|9 21.2.1=130|9 22=115|9 22.2.1=130|9
rule get_alias_minimum_packet_rate_rule 20=91
rule get_auto_allocated_topology 14=0 18=61|0 20=90|0 21.2.1=115|0
rule get_availability_zone 14=9 18=60|9 21=10|9 21.2.1=76|9 22=10|9 22.2.1=76|9
rule get_default_security_group_rule 23=76|9
rule get_dhcp-agents 14=10 18=60|10 21=10|10
rule get_dhcp-networks 14=10 18=60|10@get_dhcp-networs 19=60|10 21=10|10
rule get_flavor 14=9 18=61|9 21=115|9 21.2.1=76|9
rule get_flavor_service_profile 14.4.2=9 15=- 15.3.4=9 18=61|9 21=115|9
rule get_floatingip 14=0 18=61|0 20=90|0 21=114|0 21.2.1=115|0
rule get_floatingip:tags 26=115|115@get_floatingips_tags
rule get_floatingip_pool 14=9 18=61|9 20=90|9 21.2.1=115|9
rule get_floatingip_port_forwarding 14=11 18=62|11 20=92|11 21.2.1=130|11 22=131|11 22.2.1=130|11
rule get_floatingips_tags 23.5.0=115 26=-
rule get_l3-agents 14=10 18=60|10 21=10|10
rule get_l3-routers 14=10 18=60|10 21=10|10
rule get_loadbalancer-hosting-agent 14=10 15=-
rule get_local_ip 20=90|0 21.2.1=115|0
rule get_local_ip_port_association 20=92|11 21.2.1=131|11 24.2.2=130|11 25=131|11 25.2.3=130|11 26=131|11 26.0.6=130|11 27=131|11 27.0.4=130|11
rule get_log 14=10 18=60|10 21=10|10 25=169|10
rule get_loggable_resource 14=10 18=60|10 21=10|10 25=169|10
rule get_metering_label 14=10 18=60|10 20=90|10 21=114|10 21.2.1=115|10
rule get_metering_label_rule 14=10 18=60|10 20=90|10 21=114|10 21.2.1=115|10
rule get_ndp_proxy 20=90|0 21.2.1=115|0
rule get_network 14=26 18=63|26 20=93|26 21=116|26 21.2.1=132|26 24=163|26
rule get_network:provider:network_type 14=10 18=60|10 20=78|10 21=10|10
rule get_network:provider:physical_network 14=10 18=60|10 20=78|10 21=10|10
rule get_network:provider:segmentation_id 14=10 18=60|10 20=78|10 21=10|10
rule get_network:pvlan 29=115
rule get_network:router:external 14=9 18=61|9 20=90|9 21=114|9 21.2.1=-
rule get_network:segments 14=10 18=60|10 20=78|10 21=10|10
rule get_network:tags 26=132|115@get_networks_tags
rule get_network_ip_availability 14=10 18=60|10 21=10|10 26.0.6=157|10
rule get_network_segment_range 14=10 18=60|10 21=10|10
rule get_network_segment_range:tags 26=10|10@get_network_segment_ranges_tags
rule get_network_segment_ranges_tags 23.5.0=10 26=-
rule get_networks_tags 23.5.0=132 26=-
rule get_policies_tags 23.5.0=133 24=- 24.2.2=133 25=- 25.2.3=133 26=-
rule get_policy 14=9 18=61|9 20=90|9 21=114|9 21.2.1=133|9
rule get_policy:tags 26=133|133@get_policies_tags
rule get_policy_bandwidth_limit_rule 14=9 18=61|9 20=90|9 21=114|9 21.2.1=130|9 22=115|9 22.2.1=130|9
rule get_policy_dscp_marking_rule 14=9 18=61|9 20=90|9 21=114|9 21.2.1=130|9 22=115|9 22.2.1=130|9
rule get_policy_minimum_bandwidth_rule 14=9 18=61|9 20=90|9 21=114|9 21.2.1=130|9 22=115|9 22.2.1=130|9
rule get_policy_minimum_packet_rate_rule 20=90 21=114 21.2.1=130 22=115 22.2.1=130
rule get_policy_packet_rate_limit_rule 21=114 21.2.1=130 22=115 22.2.1=130
rule get_port 14=20 18=64|20 20=94|20 21=117|20 21.2.1=134|20 22=117|20 22.2.1=134|20 23=147|20 24=164|20
rule get_port:binding:host_id 14=10 18=60|10 20=78|10 21=10|10 24=157|10
rule get_port:binding:profile 14=10 18=60|10 20=78|10 21=10|10 24=157|10
rule get_port:binding:vif_details 14=10 18=60|10 20=78|10 21=10|10 24=157|10
rule get_port:binding:vif_type 14=10 18=60|10 20=78|10 21=10|10 24=157|10
rule get_port:hints 23=10
rule get_port:pvlan_community 29=115
rule get_port:pvlan_type 29=115
rule get_port:resource_request 14=10 18=60|10 20=78|10 21=10|10
rule get_port:tags 26=147|147@get_ports_tags
rule get_port:trusted 25=10
rule get_port_binding 23=10 24=157
rule get_ports_tags 23.5.0=147 26=-
rule get_quota 17=10 18=60|10 21=10|10 25=169|10
rule get_rbac_policy 14=0 18=61|0 20=90|0 21=114|0 21.2.1=115|0
rule get_router 14=0 18=61|0 20=90|0 21=114|0 21.2.1=115|0
rule get_router:distributed 14=10 18=60|10 20=78|10 21=10|10
rule get_router:evpn_vni 29=115
rule get_router:ha 14=10 18=60|10 20=78|10 21=10|10
rule get_router:tags 26=115|115@get_routers_tags
rule get_router_conntrack_helper 15=11 18=62|11 20=92|11 21.2.1=131|11 24.2.2=130|11 25=131|11 25.2.3=130|11 26=131|11 26.0.6=130|11 27=131|11 27.0.4=130|11
rule get_routers_tags 23.5.0=115 26=-
rule get_rule_type 14=9 18=61|9 20=95|9 21=10|9 21.2.1=76|9 22=10|9 22.2.1=76|9
rule get_security_group 14=9 18=61|9 20=90|9 21.2.1=135|9
rule get_security_group:tags 26=135|135@get_security_groups_tags
rule get_security_group_rule 14=0 14.4.2=45 15=0 15.3.4=45 18=65|45 20=96|45 21.2.1=136|45 23.5.0=150|45 24=136|45 24.2.2=150|45 25=136|45 25.2.3=150|45
rule get_security_groups_default_statefulness 29=115
rule get_security_groups_tags 23.5.0=135 26=-
rule get_segment 14=10 18=60|10 21=10|10
rule get_segments_tags 23.5.0=10
rule get_service_profile 14=10 18=60|10 21=10|10
rule get_service_provider 14=9 18=61|9 19=76|9
rule get_subnet 14=27 18=66|27 20=97|27 21=118|27 21.2.1=137|27 23.5.0=152|151 24=165|27 24.2.2=152|151 25=177|176 25.2.3=153|176 26.0.6=181|176
rule get_subnet:segment_id 14=10 18=60|10 20=78|10 21=10|10
rule get_subnet:tags 26=153|153@get_subnets_tags
rule get_subnetpool 14=28 18=67|28 20=98|28 21=119|28 21.2.1=138|28
rule get_subnetpool:tags 26=138|138@get_subnetpools_tags
rule get_subnetpools_tags 23.5.0=138 26=-
rule get_subnets_tags 23.5.0=153 24=165 24.2.2=153 25=177 25.2.3=153 26=-
rule get_subports 14=9 18=61|9 20=90|9 21.2.1=115|9
rule get_trunk 14=0 18=61|0 20=90|0 21.2.1=115|0
rule get_trunk:tags 26=115|115@get_trunks_tags
rule get_trunks_tags 23.5.0=115 26=-
rule manila_device 29=196
rule network_device 14=29
rule network_owner 18=68 28=189
rule onboard_network_subnets 14=0 18=46|0 20=77|0 21=105|0 21.2.1=123|0
rule owner 14=30 28=190
rule regular_user 14=31
rule remove_addresses 29=123|0
rule remove_external_gateways 26=123
rule remove_external_gateways:external_gateways 26=123
rule remove_extraroutes 19=46|0 20=77|0 21=105|0 21.2.1=123|0
rule remove_prefixes 15=0 18=46|0 20=77|0 21=105|0 21.2.1=123|0
rule remove_router_interface 14=0 18=46|0 20=77|0 21=105|0 21.2.1=123|0
rule remove_subports 14=0 18=46|0 20=77|0 21.2.1=123|0
rule restrict_wildcard 14=32 20=99
rule rule_default_sg 24=166
rule service_api 24=167
rule sg_owner 18=69 28=191
rule shared 14=33
rule shared_address_groups 18=70
rule shared_address_scopes 14=34
rule shared_qos_policy 21.2.1=139
rule shared_security_group 21.2.1=140
rule shared_subnetpools 14=35
rule update_address_group 29=123|0
rule update_address_scope 14=0 18=46|0 20=77|0 21=105|0 21.2.1=123|0
rule update_address_scope:shared 14=10 18=47|10 20=78|10 21=10|10
rule update_agent 14=10 18=47|10 21=10|10
rule update_alias_bandwidth_limit_rule 14=36 20=78|10 21=10|10 25=170|10
rule update_alias_dscp_marking_rule 14=37 20=78|10 21=10|10 25=170|10
rule update_alias_minimum_bandwidth_rule 14=38 20=78|10 21=10|10 25=170|10
rule update_alias_minimum_packet_rate_rule 20=100
rule update_external_gateways 26=123
rule update_external_gateways:external_gateways 26=123
rule update_external_gateways:external_gateways:enable_snat 26=10
rule update_external_gateways:external_gateways:external_fixed_ips 26=10
rule update_external_gateways:external_gateways:network_id 26=123
rule update_flavor 14=10 18=47|10 21=10|10
rule update_floatingip 14=0 18=46|0 20=77|0 21=105|0 21.2.1=123|0
rule update_floatingip:router_id 29=123
rule update_floatingip:tags 26=123|123@update_floatingips_tags
rule update_floatingip_port_forwarding 14=11 18=48|11 20=79|11 21.2.1=124|11 22=125|11 22.2.1=124|11
rule update_floatingips_tags 23.5.0=123 26=-
rule update_l3-router 29=10|10
rule update_local_ip 20=77|0 21.2.1=123|0
rule update_log 14=10 18=47|10 21=10|10 25=169|10
rule update_ndp_proxy 20=77|0 21.2.1=123|0
rule update_network 14=0 18=46|0 20=77|0 21=105|0 21.2.1=123|0
rule update_network:is_default 14=10 18=47|10 20=78|10 21=10|10
rule update_network:port_security_enabled 14=0 18=46|0 20=77|0 21=105|0 21.2.1=123|0
rule update_network:provider:network_type 14=10 18=47|10 20=78|10 21=10|10
rule update_network:provider:physical_network 14=10 18=47|10 20=78|10 21=10|10
rule update_network:provider:segmentation_id 14=10 18=47|10 20=78|10 21=10|10
rule update_network:pvlan 29=123
rule update_network:router:external 14=10 18=47|10 20=78|10 21=10|10
rule update_network:segments 14=10 18=47|10 20=78|10 21=10|10
rule update_network:shared 14=10 18=47|10 20=78|10 21=10|10
rule update_network:tags 26=123|123@update_networks_tags
rule update_network_segment_range 14=10 18=47|10 21=10|10
rule update_network_segment_range:tags 26=10|10@update_network_segment_ranges_tags
rule update_network_segment_ranges_tags 23.5.0=10 26=-
rule update_networks_tags 23.5.0=123 26=-
rule update_policies_tags 23.5.0=10 24=- 24.2.2=10 25=- 25.2.3=169 26=-
rule update_policy 14=10 18=47|10 20=78|10 21=10|10 25=169|10
rule update_policy:tags 26=169|169@update_policies_tags
rule update_policy_bandwidth_limit_rule 14=10 18=47|10 20=78|10 21=10|10 25=170|10
rule update_policy_dscp_marking_rule 14=10 18=47|10 20=78|10 21=10|10 25=170|10
rule update_policy_minimum_bandwidth_rule 14=10 18=47|10 20=78|10 21=10|10 25=170|10
rule update_policy_minimum_packet_rate_rule 20=78 21=10 25=170
rule update_policy_packet_rate_limit_rule 21=10 25=170
rule update_port 14=39 18=71|39 20=101|39 21=120|39 24=168|39
rule update_port:allowed_address_pairs 14=12 18=49|12 20=80|12 21=106|12 23=142|12 25=171|12 26.0.6=180|12 27=184|12 27.0.4=180|12 28=184|12 28.0.2=180|12
rule update_port:allowed_address_pairs:ip_address 14.4.2=12 18=49|12 20=80|12 21=106|12 23=142|12 25=171|12 26.0.6=180|12 27=184|12 27.0.4=180|12 28=184|12 28.0.2=180|12
rule update_port:allowed_address_pairs:mac_address 14.4.2=12 18=49|12 20=80|12 21=106|12 23=142|12 25=171|12 26.0.6=180|12 27=184|12 27.0.4=180|12 28=184|12 28.0.2=180|12
rule update_port:binding:host_id 14=10 18=47|10 20=78|10 21=10|10 24=157|10
rule update_port:binding:profile 14=10 18=47|10 20=78|10 21=10|10 24=155|10
rule update_port:binding:vnic_type 14=39 18=71|39 20=101|39 21=120|39 24=168|39
rule update_port:data_plane_status 14=40 18=72|40 20=102|40 21=121|40
rule update_port:device_id 26.0.6=156|9
rule update_port:device_owner 14=13 18=73|13 20=103|13 21=122|13 23=143|13 24=158|13 25=172|13 26.0.6=158|13 27=172|13 27.0.4=158|13 28=172|13 28.0.2=158|13
rule update_port:fixed_ips 14=14 18=52|14 20=83|14 21=109|14 23=145|14 24=160|14 25=174|14 26.0.6=160|14 27=174|14 27.0.4=160|14 28=174|14 28.0.2=160|14
rule update_port:fixed_ips:ip_address 14=14 18=52|14 20=83|14 21=109|14 23=145|14 24=160|14 25=174|14 26.0.6=160|14 27=174|14 27.0.4=160|14 28=174|14 28.0.2=160|14
rule update_port:fixed_ips:subnet_id 14=15 18=51|15 20=82|15 21=108|15 23=144|15 24=159|15 25=173|15 26.0.6=159|15 27=173|15 27.0.4=159|15 28=173|15 28.0.2=159|15
rule update_port:hints 23=10
rule update_port:mac_address 14=41 18=74|41 20=104|41 21=41|41 24=157|41 25=178|41 26.0.6=182|41 27=178|41 27.0.4=182|41 28=178|41 28.0.2=182|41
rule update_port:port_security_enabled 14=14 18=52|14 20=83|14 21=109|14 23=145|14 24=160|14 25=174|14 26.0.6=160|14 27=174|14 27.0.4=160|14 28=174|14 28.0.2=160|14
rule update_port:pvlan_community 29=123
rule update_port:pvlan_type 29=123
rule update_port:tags 26=154|154@update_ports_tags
rule update_port:trusted 25=10
rule update_ports_tags 23.5.0=154 26=-
rule update_quota 17=10 18=47|10 21=10|10
rule update_rbac_policy 14=0 18=46|0 20=77|0 21=105|0 21.2.1=123|0
rule update_rbac_policy:target_project 26=179
rule update_rbac_policy:target_tenant 14=42 18=53|42 19=75|42 20=84|42 21=110|42
rule update_router 14=0 18=46|0 20=77|0 21=105|0 21.2.1=123|0
rule update_router:distributed 14=10 18=47|10 20=78|10 21=10|10
rule update_router:enable_default_route_bfd 23=10
rule update_router:enable_default_route_ecmp 23=10
rule update_router:external_gateway_info 14=0 18=46|0 20=77|0 21=105|0 21.2.1=123|0
rule update_router:external_gateway_info:enable_snat 14=10 18=47|10 20=78|10 21=10|10
rule update_router:external_gateway_info:external_fixed_ips 14=10 18=47|10 20=78|10 21=10|10
rule update_router:external_gateway_info:network_id 14=0 18=46|0 20=77|0 21=105|0 21.2.1=123|0
rule update_router:ha 14=10 18=47|10 20=78|10 21=10|10
rule update_router:tags 26=123|169@update_routers_tags
rule update_router_conntrack_helper 15=11 18=48|11 20=79|11 21.2.1=125|11 24.2.2=124|11 25=125|11 25.2.3=124|11 26=125|11 26.0.6=124|11 27=125|11 27.0.4=124|11
rule update_routers_tags 23.5.0=123 26=-
rule update_security_group 14=0 18=46|0 20=77|0 21.2.1=123|0
rule update_security_group:tags 26=123|123@update_security_groups_tags
rule update_security_groups_default_statefulness 29=169
rule update_security_groups_tags 23.5.0=123 26=-
rule update_segment 14=10 18=47|10 21=10|10
rule update_segments_tags 23.5.0=10
rule update_service_profile 14=10 18=47|10 21=10|10
rule update_subnet 14=12 18=54|12 20=85|12 21=111|12 21.2.1=128|12 22=141|12 22.2.1=128|12 23=142|12 23.5.0=149|12 24=162|12 24.2.2=149|12
rule update_subnet:leak_routes 29=10
rule update_subnet:segment_id 14=10 18=47|10 20=78|10 21=10|10
rule update_subnet:service_types 14=10 18=47|10 20=78|10 21=10|10
rule update_subnet:tags 26=149|149@update_subnets_tags
rule update_subnetpool 14=0 18=46|0 20=77|0 21=105|0 21.2.1=123|0
rule update_subnetpool:is_default 14=10 18=47|10 20=78|10 21=10|10
rule update_subnetpool:tags 26=123|123@update_subnetpools_tags
rule update_subnetpools_tags 23.5.0=123 26=-
rule update_subnets_tags 23.5.0=149 24=162 24.2.2=149 26=-
rule update_trunk 14=0 18=46|0 20=77|0 21.2.1=123|0
rule update_trunk:tags 26=123|123@update_trunks_tags
rule update_trunks_tags 23.5.0=123 26=-
attribute address_scopes:shared 14=+
attribute agents:ha_chassis_priority 29=+
attribute bfd_monitors:dst_ip 19=+ 21=-
attribute bfd_monitors:id 19=+ 21=-
attribute bfd_monitors:min_rx 19=+ 21=-
attribute bfd_monitors:min_tx 19=+ 21=-
attribute bfd_monitors:multiplier 19=+ 21=-
attribute bfd_monitors:project_id 19=+ 21=-
attribute bfd_monitors:src_ip 19=+ 21=-
attribute bgp-speakers:advertise_floating_ip_host_routes 19=+
attribute bgp-speakers:advertise_tenant_networks 19=+
attribute bgp-speakers:networks 19=+
attribute bgp-speakers:peers 19=+
attribute bgpvpns:export_targets 14=+
attribute bgpvpns:id 14=+
attribute bgpvpns:import_targets 14=+
attribute bgpvpns:local_pref 14=+
attribute bgpvpns:name 14=+
attribute bgpvpns:networks 14=+
attribute bgpvpns:ports 14=+
attribute bgpvpns:route_distinguishers 14=+
attribute bgpvpns:route_targets 14=+
attribute bgpvpns:routers 14=+
attribute bgpvpns:shared 19=+
attribute bgpvpns:tenant_id 14=+
attribute bgpvpns:type 14=+
attribute bgpvpns:vni 14=+
attribute firewall_groups:shared 14=+
attribute firewall_policies:shared 14=+
attribute firewall_rules:shared 14=+
attribute firewalls:shared 14=+ 16=-
attribute floatingips:floating_ip_address 14=+
attribute floatingips:qos_policy_id 17.4.1=+ 18=- 18.6.0=+ 19=- 19.7.0=+
attribute local_ips:local_ip_address 20=+
attribute networks:is_default 14=+
attribute networks:mtu 17=+
attribute networks:port_security_enabled 14=+
attribute networks:provider:network_type 14=+
attribute networks:provider:physical_network 14=+
attribute networks:provider:segmentation_id 14=+
attribute networks:qos_policy_id 17=+
attribute networks:router:external 14=+
attribute networks:segments 14=+
attribute networks:shared 14=+
attribute ports:allowed_address_pairs 14=+
attribute ports:binding:host_id 14=+
attribute ports:binding:profile 14=+
attribute ports:binding:vif_details 14=+
attribute ports:binding:vif_type 14=+
attribute ports:binding:vnic_type 14=+
attribute ports:data_plane_status 14=+
attribute ports:device_id 22=+
attribute ports:device_owner 14=+
attribute ports:fixed_ips 14=+
attribute ports:hardware_offload_type 23=+
attribute ports:hints 22=+ 23=openvswitch
attribute ports:mac_address 14=+
attribute ports:port_security_enabled 14=+
attribute ports:qos_policy_id 17=+
attribute ports:trunk_details 14=+
attribute ports:trusted 25=+
attribute rbac_policies:action 14=+
attribute rbac_policies:object_id 14=+
attribute rbac_policies:object_type 14=+
attribute rbac_policies:target_tenant 14=+
attribute routers:distributed 14=+
attribute routers:enable_default_route_bfd 23=+
attribute routers:enable_default_route_ecmp 23=+
attribute routers:evpn_vni 29=+
attribute routers:external_gateway_info 14=enable_snat,external_fixed_ips,network_id,qos_policy_id 23=enable_snat,external_fixed_ips,network_id 26=enable_snat,external_fixed_ips,network_id,qos_policy_id
attribute routers:external_gateways 26=enable_snat,external_fixed_ips,network_id
attribute routers:flavor_id 14=+
attribute routers:ha 14=+
attribute security_groups:shared 20=+
attribute subnetpools:is_default 14=+
attribute subnetpools:shared 14=+
attribute subnets:leak_routes 29=+
attribute subnets:router:external 24=+
attribute subnets:segment_id 14=+
attribute subnets:shared 14=+
attribute tap_mirrors:port_id 24=+
attribute trunks:sub_ports 14=+
`;
