// Written by scripts/policy-data.mjs; lib/policy/code-rules.ts says what it means.
export const glance = `sources fb9d1ceb377f2643e2285bac6abfb0b9ed7b722689eb82b1531996404d7e9484
release ussuri 20.0.0 20.2.0
release victoria 21.0.0 21.1.0
release wallaby 22.0.0 22.1.1
release xena 23.0.0 23.1.0
release yoga 24.0.0 24.2.1
release zed 25.0.0 25.1.0
release 2023.1 26.0.0 26.1.0
release 2023.2 27.0.0 27.1.1
release 2024.1 28.0.0 28.2.0
release 2024.2 29.0.0 29.2.1
release 2025.1 30.0.0 30.2.0
release 2025.2 31.0.0 31.1.0
release 2026.1 32.0.0
release 2026.2 33.0.0
check 0 rule:default
check 1 role:admin
check 2 
check 3 role:admin or (role:member and project_id:%(project_id)s)
check 4 rule:metadef_admin
check 5 role:admin or (role:member and (project_id:%(project_id)s or project_id:%(member_id)s or "community":%(visibility)s or "public":%(visibility)s))
check 6 role:admin or (role:reader and (project_id:%(project_id)s or project_id:%(member_id)s or "community":%(visibility)s or "public":%(visibility)s))
check 7 role:admin or (role:reader and project_id:%(project_id)s)
check 8 rule:metadef_default
check 9 role:admin or (role:member and project_id:%(project_id)s and project_id:%(owner)s)
check 10 role:admin or (role:member and (project_id:%(project_id)s or project_id:%(member_id)s or "community":%(visibility)s or "public":%(visibility)s or "shared":%(visibility)s))
check 11 role:admin or (role:reader and (project_id:%(project_id)s or project_id:%(member_id)s or "community":%(visibility)s or "public":%(visibility)s or "shared":%(visibility)s))
check 12 role:admin or role:reader and (project_id:%(project_id)s or project_id:%(member_id)s)
check 13 role:admin or (role:reader and (project_id:%(project_id)s or "public":%(visibility)s))
check 14 role:admin or (role:member and project_id:%(member_id)s)
check 15 rule:manage_image_cache
check 16 role:admin or (role:member and (project_id:%(project_id)s or project_id:%(member_id)s or 'community':%(visibility)s or 'public':%(visibility)s or 'shared':%(visibility)s))
check 17 role:admin or (role:reader and (project_id:%(project_id)s or project_id:%(member_id)s or 'community':%(visibility)s or 'public':%(visibility)s or 'shared':%(visibility)s))
check 18 role:admin or (role:reader and (project_id:%(project_id)s or 'public':%(visibility)s))
check 19 rule:context_is_admin or (role:member and project_id:%(project_id)s and project_id:%(owner)s)
check 20 rule:context_is_admin or (role:member and project_id:%(project_id)s)
check 21 rule:context_is_admin
check 22 rule:context_is_admin or (role:member and (project_id:%(project_id)s or project_id:%(member_id)s or 'community':%(visibility)s or 'public':%(visibility)s or 'shared':%(visibility)s))
check 23 rule:context_is_admin or (role:reader and (project_id:%(project_id)s or project_id:%(member_id)s or 'community':%(visibility)s or 'public':%(visibility)s or 'shared':%(visibility)s))
check 24 rule:context_is_admin or (role:reader and project_id:%(project_id)s)
check 25 rule:context_is_admin or role:reader and (project_id:%(project_id)s or project_id:%(member_id)s)
check 26 rule:context_is_admin or (role:reader and (project_id:%(project_id)s or 'public':%(visibility)s))
check 27 rule:context_is_admin or (role:member and project_id:%(member_id)s)
check 28 rule:service_api or (role:member and project_id:%(project_id)s and project_id:%(owner)s)
check 29 rule:service_api
check 30 role:service
check 31 rule:context_is_admin or service_roles:service
check 32 service_roles:service
check 33 rule:context_is_admin or rule:service_api
check 34 role:service or role:admin
rule add_image 20=0 22=3|0 23=9|0 27=19|0
rule add_image_location 29=28
rule add_member 20=0 22=3|0 27=20|0
rule add_metadef_namespace 20=0 22=4
rule add_metadef_object 20=0 22=4
rule add_metadef_property 20=0 22=4
rule add_metadef_resource_type_association 20=0 22=4
rule add_metadef_tag 20=0 22=4
rule add_metadef_tags 20=0 22=4
rule add_task 20=0 23=0|0
rule cache_clean 33=21
rule cache_delete 24=1|15 27=21|15
rule cache_image 24=1|15 27=21|15
rule cache_list 24=1|15 27=21|15
rule cache_prune 33=21
rule communitize_image 20=0 22=3|0 27=20|0
rule context_is_admin 20=1
rule copy_from 20=0 21=-
rule copy_image 21=1 27=21
rule deactivate 20=0 22=3|0 27=20|0
rule default 20=2|1 27=2|21
rule delete_image 20=0 22=3|0 27=20|0
rule delete_image_location 20=0 22=1|0 27=21|0
rule delete_member 20=0 22=3|0 27=20|0
rule delete_metadef_namespace 20=0 22=4
rule delete_metadef_object 20=0 22=4
rule delete_metadef_tag 20=0 22=4
rule delete_metadef_tags 20=0 22=4
rule download_from_store 33=22
rule download_image 20=0 22=5|0 23=10|0 24=16|0 27=22|0
rule fetch_image_location 29=29
rule get_image 20=0 22=6|0 23=11|0 24=17|0 27=23|0
rule get_image_location 20=0 22=7|0 27=24|0
rule get_images 20=0 22=7|0 27=24|0
rule get_member 20=0 22=7|0 23=12|0 27=25|0
rule get_members 20=0 22=7|0 23=12|0 27=25|0
rule get_metadef_namespace 20=0 22=8 23=13|8 24=18|8 27=26|8
rule get_metadef_namespaces 20=0 22=8 23=7|8 27=24|8
rule get_metadef_object 20=0 22=8 23=13|8 24=18|8 27=26|8
rule get_metadef_objects 20=0 22=8 23=13|8 24=18|8 27=26|8
rule get_metadef_properties 20=0 22=8 23=13|8 24=18|8 27=26|8
rule get_metadef_property 20=0 22=8 23=13|8 24=18|8 27=26|8
rule get_metadef_resource_type 20=0 22=8 23=13|8 24=18|8 27=26|8
rule get_metadef_tag 20=0 22=8 23=13|8 24=18|8 27=26|8
rule get_metadef_tags 20=0 22=8 23=13|8 24=18|8 27=26|8
rule get_task 20=0 23=0|0
rule get_tasks 20=0 23=0|0
rule list_cached_nodes 33=21
rule list_metadef_resource_types 20=0 22=8 23=13|8 24=18|8 27=26|8
rule manage_image_cache 20=1 27=21
rule metadef_admin 22=1 27=21
rule metadef_default 22=2
rule modify_image 20=0 22=3|0 27=20|0
rule modify_member 20=0 22=3|0 23=14|0 27=27|0
rule modify_metadef_namespace 20=0 22=4
rule modify_metadef_object 20=0 22=4
rule modify_metadef_property 20=0 22=4
rule modify_metadef_tag 20=0 22=4
rule modify_task 20=0
rule publicize_image 20=1 27=21
rule reactivate 20=0 22=3|0 27=20|0
rule remove_metadef_property 20=0 22=4
rule remove_metadef_resource_type_association 20=0 22=4
rule service_api 29=30 30.2.0=32 32=34
rule set_image_location 20=0 22=3|0 27=20|0
rule stores_info_detail 24=1 27=21 30=31|21 30.2.0=33|21
rule tasks_api_access 20=1 27=21
rule upload_image 20=0 22=3|0 27=20|0
`;
